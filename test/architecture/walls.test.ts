import { PlantedHouse, type Violation } from './planted-house';

jest.setTimeout(60_000);

interface Rules {
  forbidden: { name: string; severity: string }[];
}

// eslint-disable-next-line @typescript-eslint/no-require-imports -- the configuration is CommonJS without types
const { forbidden } = require('../../.dependency-cruiser.js') as Rules;

/** One violation of each wall: the rule, the file that breaks it, and its text. */
const PLANTS: readonly [rule: string, path: string, text: string][] = [
  ['no-circular', 'libs/files/src/knot.ts', "import { ring } from './ring';\nexport const knot = () => ring;"],
  ['no-orphans-unresolved', 'libs/files/src/lost.ts', "export * from './nowhere';"],
  ['inspection-knows-only-itself', 'libs/inspection/src/a.ts', "export { files } from '@assay/files';"],
  ['files-knows-only-inspection', 'libs/files/src/a.ts', "export { ledger } from '@assay/ledger';"],
  ['broker-knows-only-inspection', 'libs/broker/src/a.ts', "export { config } from '@assay/config';"],
  ['ledger-knows-only-inspection', 'libs/ledger/src/a.ts', "export { files } from '@assay/files';"],
  ['config-knows-only-inspection', 'libs/config/src/a.ts', "export { broker } from '@assay/broker';"],
  [
    'scanning-knows-only-inspection-and-files-and-broker-and-ledger-and-config',
    'libs/scanning/src/a.ts',
    "export { placing } from '@assay/placing';",
  ],
  [
    'placing-knows-only-inspection-and-files-and-broker-and-ledger-and-config',
    'libs/placing/src/a.ts',
    "export { scanning } from '@assay/scanning';",
  ],
  ['apps-never-import-each-other', 'apps/api/src/a.ts', "export { subscriber } from '../../subscriber/src/main';"],
  [
    'a-library-is-entered-by-its-index',
    'apps/api/src/b.ts',
    "export { broker } from '../../../libs/broker/src/private';",
  ],
  ['inspection-is-pure', 'libs/inspection/src/b.ts', "export { thing } from '@nestjs/common';"],
  ['inspection-uses-no-node-built-in', 'libs/inspection/src/c.ts', "export { join } from 'node:path';"],
  ['only-broker-knows-amqp', 'libs/placing/src/b.ts', "export { thing } from '@golevelup/nestjs-rabbitmq';"],
  ['only-ledger-stores', 'libs/scanning/src/b.ts', "export { thing } from 'better-sqlite3';"],
  ['product-never-imports-tests', 'libs/config/src/b.ts', "export { suite } from '../../../test/suite';"],
  ['pm2-is-run-not-imported', 'apps/subscriber/src/a.ts', "export { thing } from 'pm2';"],
  ['no-dumping-ground', 'libs/files/src/utils.ts', "export { files } from './private';"],
];

describe('the walls between rooms', () => {
  let house: PlantedHouse;
  beforeEach(() => {
    house = new PlantedHouse();
  });
  afterEach(() => house.remove());

  it('let a house stand in which each room keeps to its own', () => {
    expect(house.cruise()).toEqual({ violations: [], code: 0 });
  });

  it('each fail for a planted violation, and no rule is without one', () => {
    house.write('libs/files/src/ring.ts', "import { knot } from './knot';\nexport const ring = () => knot;");
    for (const [, path, text] of PLANTS) house.write(path, text);
    const { violations, code } = house.cruise();
    const missed = PLANTS.filter(
      ([rule, from]) => !violations.some((found: Violation) => found.rule === rule && found.from === from),
    );
    expect(missed.map(([rule]) => rule)).toEqual([]);
    expect(code).toBeGreaterThanOrEqual(PLANTS.length);
    expect(PLANTS.map(([rule]) => rule).sort()).toEqual(forbidden.map(({ name }) => name).sort());
    expect(forbidden.filter(({ severity }) => severity !== 'error')).toEqual([]);
  });

  it.each(PLANTS.filter(([rule]) => /pure|amqp|pm2|index|each-other/.test(rule)))(
    '%s alone makes the check fail',
    (rule, path, text) => {
      house.write(path, text);
      const { violations, code } = house.cruise();
      expect(violations).toContainEqual({ rule, from: path });
      expect(code).toBeGreaterThan(0);
    },
  );
});
