// Runs dependency-cruiser and makes sure that it really read our modules: with a TypeScript that it
// does not support it reads none and is content.
import { readdirSync } from 'node:fs';
import { cruise } from 'dependency-cruiser';
import extractDepcruiseConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const config = await extractDepcruiseConfig('./.dependency-cruiser.cjs');
const { forbidden, ...options } = { ...config.options, forbidden: config.forbidden };
const { output } = await cruise(
  ['src'],
  { ...options, ruleSet: { forbidden }, validate: true, outputType: 'json' },
  undefined,
  { tsConfig: extractTSConfig('tsconfig.json') },
);
const { modules, summary } = JSON.parse(output);

const files = readdirSync('src', { recursive: true }).filter((name) => /\.tsx?$/.test(name)).length;
const read = modules.filter((one) => /^src\/.*\.tsx?$/.test(one.source)).length;
const edges = modules.reduce((sum, one) => sum + one.dependencies.length, 0);
for (const { rule, from, to } of summary.violations) console.error(`${rule.name}: ${from} -> ${to}`);
if (read !== files) console.error(`dependency-cruiser read ${read} of ${files} modules`);
if (edges < files) console.error(`dependency-cruiser saw only ${edges} imports`);
if (summary.violations.length > 0 || read !== files || edges < files) process.exit(1);
console.log(`layers hold: ${files} modules, ${edges} imports`);
