/** Unit and contract specs lie beside the code; whole-product tests lie in test/. Both use the private broker that `npm test` starts. */
const project = {
  transform: { '^.+\\.ts$': '@swc/jest' },
  moduleNameMapper: {
    '^@assay/([a-z-]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^@assay/([a-z-]+)/([a-z-]+)$': '<rootDir>/libs/$1/src/$2/index.ts',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.assay'],
  testEnvironment: 'node',
};

module.exports = {
  // A stuck test fails; none asserts how fast it is.
  testTimeout: 60_000,
  testSequencer: '<rootDir>/deploy/local/longest-first.cjs',
  projects: [
    { ...project, displayName: 'libs', testMatch: ['<rootDir>/{apps,libs}/**/*.spec.ts'] },
    { ...project, displayName: 'product', testMatch: ['<rootDir>/test/**/*.test.ts'] },
  ],
};
