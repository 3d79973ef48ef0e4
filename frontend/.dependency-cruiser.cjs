// The layers of src: app > features > sync | intents > store > api > domain; ui knows only domain.
// Imports point down, features never import each other, and are entered by their index.ts only.

/** Modules below `from` may not import any of `to`. */
const forbid = (from, to) => ({
  name: `${from} does not import ${to}`,
  severity: 'error',
  from: { path: `^src/(${from})/` },
  to: { path: `^src/(${to})/` },
});

module.exports = {
  forbidden: [
    forbid('domain', 'api|store|sync|intents|ui|features|app'),
    forbid('api', 'store|sync|intents|ui|features|app'),
    forbid('store', 'sync|intents|ui|features|app'),
    forbid('sync', 'intents|ui|features|app'),
    forbid('intents', 'sync|ui|features|app'),
    forbid('ui', 'api|store|sync|intents|features|app'),
    forbid('features', 'app'),
    {
      name: 'features are independent',
      severity: 'error',
      from: { path: '^src/features/([^/]+)/' },
      to: { path: '^src/features/', pathNot: '^src/features/$1/' },
    },
    {
      name: 'features are entered by their index',
      severity: 'error',
      from: { path: '^src/app/' },
      to: { path: '^src/features/[^/]+/', pathNot: '^src/features/[^/]+/index\\.ts$' },
    },
    { name: 'no cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'the domain is free of libraries',
      severity: 'error',
      from: { path: '^src/domain/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm', 'npm-dev'] },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.css'] },
  },
};
