import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { CHECKOUT } from './checkout.mjs';
import { CommandFailure, runCommand, say } from './say.mjs';
import { setUp } from './setup.mjs';

const PAGE = path.join('docs', 'profiles.md');
const SCHEMA = path.join('profiles', 'profile.schema.json');

/** `npm run docs:profiles`: makes the table of rules in docs/profiles.md and profiles/profile.schema.json from the code. */
await runCommand('npm run docs:profiles', async () => {
  await setUp();
  const require = createRequire(path.join(CHECKOUT, 'package.json'));
  const { profileSchema } = require('./dist/libs/inspection/src/profile/index.js');
  const { withRuleTable } = require('./dist/libs/inspection/src/profile/rule-table.js');
  write(PAGE, withRuleTable(readFileSync(path.join(CHECKOUT, PAGE), 'utf8')));
  write(SCHEMA, `${JSON.stringify(profileSchema(), null, 2)}\n`);
  const { status } = spawnSync(
    process.execPath,
    [path.join('node_modules', 'prettier', 'bin', 'prettier.cjs'), '--write', '--log-level', 'warn', PAGE, SCHEMA],
    { cwd: CHECKOUT, stdio: 'inherit' },
  );
  if (status !== 0) throw new CommandFailure('prettier failed; it said why above.');
  say(`Made from the code: the table of rules in ${PAGE}, and ${SCHEMA}.`);
});

function write(file, text) {
  writeFileSync(path.join(CHECKOUT, file), text);
}
