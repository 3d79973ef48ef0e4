import '@fontsource-variable/atkinson-hyperlegible-next/wght.css';
import '@/ui/styles/tokens.css';
import '@/ui/styles/base.css';
import { startTransition } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from '@/app/App';
import { readBoot } from '@/app/boot';
import { compose } from '@/app/composition';
import { ErrorBoundary } from '@/app/ErrorBoundary';
import { applySavedTheme } from '@/ui/preferences';

applySavedTheme();
const parts = await compose(readBoot(document));
const place = document.getElementById('app');
if (!place) throw new Error('the page has no #app');
const root = createRoot(place);
// In slices: the browser can paint and answer between them.
startTransition(() =>
  root.render(
    <ErrorBoundary>
      <App parts={parts} />
    </ErrorBoundary>,
  ),
);
