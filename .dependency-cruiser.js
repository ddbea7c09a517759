/** The walls of ARCHITECTURE.md. A planted violation in test/architecture proves that each of them holds. */
const rooms = ['inspection', 'files', 'broker', 'ledger', 'config'];
const toOtherRoom = (from, allowed) => ({
  name: `${from}-knows-only-${allowed.join('-and-') || 'itself'}`,
  severity: 'error',
  from: { path: `^libs/${from}/` },
  to: { path: '^(libs|apps)/', pathNot: `^libs/(${[from, ...allowed].join('|')})/` },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-orphans-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    toOtherRoom('inspection', []),
    ...rooms.filter((room) => room !== 'inspection').map((room) => toOtherRoom(room, ['inspection'])),
    toOtherRoom('scanning', rooms),
    toOtherRoom('placing', rooms),
    {
      name: 'apps-never-import-each-other',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'a-library-is-entered-by-its-index',
      comment: 'Its own, or that of a folder: a second door for what most of those who enter do not load.',
      severity: 'error',
      from: { path: '^(apps|libs)/([^/]+)/' },
      to: { path: '^libs/[^/]+/src/(?!index\\.ts$|[a-z]+/index\\.ts$)', pathNot: '^libs/$2/' },
    },
    {
      name: 'inspection-is-pure',
      comment: 'No Nest, no node built-ins: facts in, findings out.',
      severity: 'error',
      from: { path: '^libs/inspection/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(@nestjs|node_modules/@nestjs|node_modules/@golevelup)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'inspection-uses-no-node-built-in',
      severity: 'error',
      from: { path: '^libs/inspection/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-broker-knows-amqp',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: '^libs/broker/' },
      to: { path: 'node_modules/(amqplib|@golevelup|amqp-connection-manager)/' },
    },
    {
      name: 'only-ledger-stores',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: '^libs/ledger/' },
      to: { path: 'node_modules/(better-sqlite3|pg|kysely)/' },
    },
    {
      name: 'product-never-imports-tests',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'pm2-is-run-not-imported',
      comment: 'pm2 is AGPL.',
      severity: 'error',
      from: { path: '^(apps|libs)/' },
      to: { path: 'node_modules/pm2/' },
    },
    {
      name: 'no-dumping-ground',
      severity: 'error',
      from: { path: '(^|/)(utils?|common|helpers?|shared|misc)(/|\\.[a-z]+$)' },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['main', 'types'],
    },
  },
};
