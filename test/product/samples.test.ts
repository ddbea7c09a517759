import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { Installation } from '../installation';
import { expectAccounted } from './accounted';

const SAMPLES = join(process.env['ASSAY_SAMPLES'] ?? join(__dirname, '../../../shared/samples'), 'files');
const present = existsSync(SAMPLES);
if (!present) process.stderr.write(`Skipped: no sample files at ${SAMPLES}; set ASSAY_SAMPLES to their folder\n`);

(present ? describe : describe.skip)('real photos, videos and damaged files', () => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await Installation.make();
    cpSync(SAMPLES, join(installation.root, 'in'), { recursive: true, preserveTimestamps: true });
    await installation.start({ subscribers: 2 });
  });
  afterEach(() => installation.close());

  it.each(['photos', 'any-file'])(
    'go through the profile %s without a crash, and are all accounted for',
    async (profile) => {
      const before = installation.tree('in');
      const { id } = await installation.scan({ directory: 'in', profile });
      const { scan } = await expectAccounted(installation, id, before);
      expect(scan.counts.found).toBe(Object.keys(before).length);
      expect(scan.counts.errored).toBe(0);
      const crashed = installation.apiProcess.log.filter(({ level }) => level === 'error' || level === 'fatal');
      expect(crashed).toEqual([]);
    },
  );
});
