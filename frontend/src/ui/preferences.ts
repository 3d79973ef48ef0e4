/** Small choices of this device, kept in the browser. */
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';

export type Theme = 'auto' | 'light' | 'dark';

const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage is forbidden in this browser: choices last as long as the page
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // as above
  }
}

const savedTheme = (): Theme => THEMES.find((theme) => theme === read('vexmail-theme')) ?? 'auto';

/** Show the saved theme; call before the first paint. */
export function applySavedTheme(): void {
  setThemeAttribute(savedTheme());
}

function setThemeAttribute(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** The chosen theme, and how to go to the next of auto, light, dark. */
export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState(savedTheme);
  const next = useCallback(() => {
    setTheme((old) => {
      const chosen = THEMES[(THEMES.indexOf(old) + 1) % THEMES.length] ?? 'auto';
      write('vexmail-theme', chosen);
      return chosen;
    });
  }, []);
  useEffect(() => {
    setThemeAttribute(theme);
    document.dispatchEvent(new Event('vexmail-theme'));
  }, [theme]);
  return [theme, next];
}

function subscribeDark(listener: () => void): () => void {
  const query = matchMedia('(prefers-color-scheme: dark)');
  query.addEventListener('change', listener);
  document.addEventListener('vexmail-theme', listener);
  return () => {
    query.removeEventListener('change', listener);
    document.removeEventListener('vexmail-theme', listener);
  };
}

function isDarkNow(): boolean {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

/** Whether the page is dark now, by choice or by system. */
export function useIsDark(): boolean {
  return useSyncExternalStore(subscribeDark, isDarkNow);
}

/** Whether a media query holds. */
export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const media = matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}

/** A number that is remembered, kept within limits. */
export function useSavedNumber(key: string, initial: number, min: number, max: number) {
  const clamp = (value: number): number => Math.min(max, Math.max(min, value));
  const [value, setValue] = useState(() => clamp(Number(read(key)) || initial));
  const save = (next: number): void => {
    setValue(clamp(next));
    write(key, String(clamp(next)));
  };
  return [value, save] as const;
}
