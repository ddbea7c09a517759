import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT } from '../../deploy/local/checkout.mjs';
import { runCommand } from '../../deploy/local/say.mjs';
import { setUp } from '../../deploy/local/setup.mjs';

/**
 * `npm run test:metadata -- DIR EXPECTED.jsonl [--make-oracle]`: builds the product where it must, compiles the comparison
 * beside it, and runs it from there, so that what is measured is what is delivered.
 */
const SOURCES = ['accuracy', 'targets', 'oracle', 'check'];
const OUTPUT = path.join(CHECKOUT, 'dist', 'test', 'metadata');

await runCommand('npm run test:metadata', async () => {
  await setUp({ build: true });
  const { default: typescript } = await import('typescript');
  mkdirSync(OUTPUT, { recursive: true });
  for (const name of SOURCES) {
    const source = readFileSync(path.join(CHECKOUT, 'test', 'metadata', `${name}.ts`), 'utf8');
    const { outputText } = typescript.transpileModule(source, {
      compilerOptions: { target: 'es2023', module: 'commonjs', esModuleInterop: true },
    });
    const built = outputText.replace(/require\("@assay\/([a-z-]+)"\)/g, 'require("../../libs/$1/src/index")');
    writeFileSync(path.join(OUTPUT, `${name}.js`), built);
  }
  const { status } = spawnSync(process.execPath, [path.join(OUTPUT, 'check.js'), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 2;
});
