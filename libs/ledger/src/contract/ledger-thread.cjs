/* The ledger thread from the sources, for tests that run nothing compiled. */
require('./typescript-hook.cjs');
require('../threaded/ledger-thread.ts');
