const { default: Sequencer } = require('@jest/test-sequencer');

/** Those that take longest, longest first: specs beside the code, and tests of the product. */
const LONG = [
  'test/product/deaths.test.ts',
  'test/product/redrive.test.ts',
  'test/local/private-broker.test.ts',
  'test/product/epilogue.test.ts',
  'test/faults/faults.test.ts',
  'test/faults/walkers.test.ts',
  'libs/placing/src/crashes.spec.ts',
  'libs/ledger/src/sqlite/sqlite-ledger.spec.ts',
  'libs/ledger/src/postgres/postgres-ledger.spec.ts',
  'libs/files/src/read-facts/fact-readers.spec.ts',
  'apps/api/src/reports/reports-memory.spec.ts',
];

/**
 * In a fresh clone jest knows no durations and goes by size; a long one that comes last then keeps one core while the other waits.
 * The order of the others is jest's own.
 */
module.exports = class LongestFirst extends Sequencer {
  async sort(tests) {
    const place = ({ path }) => {
      const at = LONG.findIndex((long) => path.endsWith(long));
      return at < 0 ? LONG.length : at;
    };
    return [...(await super.sort(tests))].sort((one, other) => place(one) - place(other));
  }
};
