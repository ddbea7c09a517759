import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CHECKOUT } from '../../deploy/local/checkout.mjs';
import { CommandFailure, say } from '../../deploy/local/say.mjs';
import { floors } from './judgement.mjs';
import { page } from './page.mjs';
import { plot } from './plot.mjs';

const SUMMARY = path.join(CHECKOUT, 'bench', 'summary.json');
const PAGE = path.join(CHECKOUT, 'docs', 'benchmarks.md');
const PLOT = path.join(CHECKOUT, 'docs', 'benchmarks.svg');

/** Only now: the packages may have been installed by this very command. */
const formatted = async (text, parser) => (await import('prettier')).format(text, { parser, ...STYLE });

/** As everything else in the repository is formatted. */
const STYLE = JSON.parse(readFileSync(path.join(CHECKOUT, '.prettierrc.json'), 'utf8'));

/** Adds a run, or a profile, to what is published, and makes the page of it. */
export async function publish({ profiles, ...run }) {
  const summary = read();
  if (profiles) summary.profiles = { ...summary.profiles, ...shortened(profiles) };
  else summary.run = withRun(summary.run, run);
  writeFileSync(SUMMARY, await formatted(JSON.stringify(summary), 'json'));
  await write(summary);
}

/** The page and its plot, anew of what was published before. */
export async function regenerate() {
  if (!existsSync(SUMMARY)) throw new CommandFailure('Nothing was published yet: npm run bench -- --publish');
  await write(read());
}

async function write(summary) {
  writeFileSync(PAGE, await formatted(page(summary), 'markdown'));
  writeFileSync(PLOT, plot(summary));
  say(`Made ${path.relative(CHECKOUT, PAGE)} and ${path.relative(CHECKOUT, PLOT)}.`);
}

const rowsOf = ({ rows }) => rows.map(({ rounds, ...row }) => ({ ...row, rounds: rounds.length <= 10 ? rounds : [] }));

/** What is published once `run` is: it takes the place of `before`; where it measured some sections alone, the place of their rows, which then say of which run they are. */
export function withRun(before, run) {
  if (!run.only || !before) return { ...run, rows: rowsOf(run), measured: undefined };
  const { date, commit, processor } = run.machine;
  const origin = `${date}, commit ${commit}, ${processor}`;
  const rows = rowsOf(run).map((row) => ({ ...row, note: [row.note, origin].filter(Boolean).join('; ') }));
  const others = before.rows.filter(({ key }) => !rows.some((row) => row.key === key));
  const order = Object.keys(floors().rows);
  const places = ({ key: one }, { key: other }) => order.indexOf(one) - order.indexOf(other);
  return { ...before, rows: [...others, ...rows].sort(places) };
}

function read() {
  return existsSync(SUMMARY) ? JSON.parse(readFileSync(SUMMARY, 'utf8')) : {};
}

const shortened = (profiles) =>
  Object.fromEntries(
    Object.entries(profiles).map(([name, { functions, ...one }]) => [
      name,
      {
        ...one,
        functions: Object.fromEntries(Object.entries(functions).map(([kind, list]) => [kind, list.slice(0, 8)])),
      },
    ]),
  );
