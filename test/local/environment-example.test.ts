import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VARIABLES } from '@assay/config';
import { CHECKOUT } from './run-program';

/** `#NAME=default` lines of .env.example. */
const listed = new Map(
  [...readFileSync(join(CHECKOUT, '.env.example'), 'utf8').matchAll(/^#([A-Za-z_]+)=(.*)$/gm)].map((line) => [
    line[1],
    line[2],
  ]),
);

/** Of the pm2 groups, read by ecosystem.config.js alone. */
const OF_PM2 = ['API_PROCESSES', 'SUBSCRIBER_PROCESSES'];

it('lists every variable with its default', () => {
  expect(Object.fromEntries(VARIABLES.map(({ name }) => [name, listed.get(name)]))).toEqual(
    Object.fromEntries(VARIABLES.map((variable) => [variable.name, variable.default])),
  );
});

it('lists no variable that nothing reads', () => {
  const read = new Set([...VARIABLES.map(({ name }) => name), ...OF_PM2]);
  expect([...listed.keys()].filter((name) => name === undefined || !read.has(name))).toEqual([]);
});
