/*
 * `node --require` this, and a process that a test starts runs the sources as they are: as jest does, with the same compiler
 * and the same way to the rooms.
 */
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { join, resolve } = require('node:path');
const { transformSync } = require('@swc/core');

const root = resolve(__dirname, '../../../..');
const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  const [door, room, folder = ''] = /^@assay\/([a-z-]+)(?:\/([a-z-]+))?$/.exec(request) ?? [];
  return resolveFilename.call(this, door ? join(root, 'libs', room, 'src', folder, 'index.ts') : request, ...rest);
};
require.extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), {
    filename,
    sourceMaps: 'inline',
    jsc: { target: 'es2023', parser: { syntax: 'typescript', decorators: true } },
    module: { type: 'commonjs' },
  });
  module._compile(code, filename);
};
