/*
 * `node --require` this before a subscriber, and it sends itself a signal between two steps of placing. ASSAY_TEST_STOP_AT is `<step>:<signal>`, for the
 * first time that the step is reached, or `<step>:<signal>:always`. The product itself knows of no such thing: what it starts is wrapped here as it is loaded.
 */
const Module = require('node:module');
const { sep } = require('node:path');

const [step, signal, when] = (process.env.ASSAY_TEST_STOP_AT ?? '').split(':');
const PLACING = ['libs', 'placing', 'src', 'placing.js'].join(sep);

let over = false;
function onStep(reached) {
  if (reached !== step || over) return;
  over = when !== 'always';
  process.kill(process.pid, signal);
}

const load = Module._load;
Module._load = function (request, parent, isMain) {
  const exported = load.call(this, request, parent, isMain);
  if (request !== './placing' || !parent?.filename?.includes(PLACING.slice(0, -'placing.js'.length))) return exported;
  const { startPlacing } = exported;
  if (startPlacing.stopsAt !== undefined) return exported;
  exported.startPlacing = (config, logger) => startPlacing(config, logger, { onStep });
  exported.startPlacing.stopsAt = step;
  return exported;
};
