import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const backend = process.env.VEXMAIL_DEV_BACKEND ?? 'http://127.0.0.1:5000';

// The build goes straight into the Python package, which serves it. Nothing is inlined: the app's
// content security policy allows neither inline script nor inline style, and fonts only from 'self'.
export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    outDir: '../src/vexmail/static',
    emptyOutDir: true,
    target: ['chrome123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': backend, '/mail-frame': backend } },
});
