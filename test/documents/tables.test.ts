import { VARIABLES } from '@assay/config';
import { OUTCOMES } from '@assay/ledger';
import { EXCHANGES, QUEUES } from '../../libs/broker/src/topology';
import { CHECKOUT, read, section, tableRows } from './checkout';
import { runNode } from '../local/run-program';
import { join } from 'node:path';

const readme = read('README.md');
const code = (text: string): string => `\`${text}\``;

it('the table of variables in the README is that of the code', () => {
  expect(tableRows(section(readme, 'Configuration'))).toEqual(
    VARIABLES.map((variable) => [
      code(variable.name),
      variable.default === '' ? '' : code(variable.default),
      variable.meaning,
    ]),
  );
});

it('the README tells of every exchange and queue, and of no other', () => {
  const rows = tableRows(section(readme, 'What RabbitMQ shows'));
  const types = new Set<string>(EXCHANGES.map(({ type }) => type));
  const isExchange = ([, second = '']: string[]): boolean => types.has(second);
  expect(rows.filter(isExchange).map(([name, type]) => [name, type])).toEqual(
    EXCHANGES.map(({ name, type }) => [code(name), type]),
  );
  expect(
    rows
      .filter((row) => !isExchange(row))
      .map(([name]) => name)
      .sort(),
  ).toEqual(QUEUES.map(({ name }) => code(name)).sort());
});

it('the README gives the counts of the pm2 groups as ecosystem.config.js has them', async () => {
  const rows = tableRows(section(readme, 'In production, by pm2'));
  for (const [environment = '', api, subscribers] of rows) {
    const name = environment.replaceAll('`', '');
    const text = `console.log(require(${JSON.stringify(join(CHECKOUT, 'ecosystem.config.js'))}).apps.map((app) => app.instances).join())`;
    const unset = { API_PROCESSES: undefined, SUBSCRIBER_PROCESSES: undefined };
    const { stdout } = await runNode(['--eval', text, '--', 'start', '--env', name], unset);
    expect(`${name}: ${stdout.trim()}`).toBe(`${name}: ${api},${subscribers}`);
  }
  expect(rows.length).toBe(3);
});

it('the glossary has every outcome', () => {
  const rows = tableRows(section(read('docs/glossary.md'), 'Outcomes'));
  expect(rows.flatMap(([names = '']) => names.match(/\w+/g) ?? []).sort()).toEqual([...OUTCOMES].sort());
});

it('the glossary has each word once, in the order of the alphabet', () => {
  const words = tableRows(section(read('docs/glossary.md'), 'Words')).map(([word = '']) => word.toLowerCase());
  expect(words.length).toBeGreaterThan(30);
  expect(words).toEqual([...new Set(words)].sort((one, other) => one.localeCompare(other)));
});

it('the newest version in the changelog is that of package.json, and dates stand in order', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  const headings = [...read('CHANGELOG.md').matchAll(/^## \[([^\]]+)\](?: - (\d{4}-\d\d-\d\d))?$/gm)];
  const released = headings.filter(([, name]) => name !== 'Unreleased');
  expect(released[0]?.[1]).toBe(version);
  const dates = released.map(([, , date]) => date ?? 'no date');
  expect(dates).toEqual([...dates].sort().reverse());
});
