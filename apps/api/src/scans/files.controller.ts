import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { FileFilter, Ledger, Scan } from '@assay/ledger';
import { Answers, TakesPath, TakesQuery } from '../docs/api-call';
import { ApiProblems } from '../docs/api-problems';
import { LEDGER } from '../parts';
import { Valid } from '../requests/valid';
import { noSuchScan } from './cancel-scan';
import { cursorOf, FILE_KEY, keyOf } from './cursor';
import { fileJson } from './file-json';
import { type filePage, filesQuery, type summary } from './file-schemas';
import { type ScanParams, scanParams } from './scan-schemas';

/** What a scan found. */
@ApiTags('scans')
@Controller({ path: 'scans/:id', version: '1' })
export class FilesController {
  constructor(@Inject(LEDGER) private readonly ledger: Ledger) {}

  @Get('files')
  @ApiOperation({
    summary: 'Files of a scan',
    description:
      'In the order of their numbers, any page as fast as the first: go on by `cursor`, or jump to any position by `after`.',
  })
  @TakesPath(scanParams)
  @TakesQuery(filesQuery)
  @Answers(200, 'FilePage', 'A page of files.')
  @ApiProblems('no-such-scan', 'ledger-unavailable')
  async files(
    @Param(new Valid(scanParams, 'path')) { id }: ScanParams,
    @Query(new Valid(filesQuery, 'query')) query: z.output<typeof filesQuery>,
  ): Promise<z.output<typeof filePage>> {
    await this.scan(id);
    const filter: Omit<FileFilter, 'after' | 'limit'> = {
      ...(query.outcome === undefined ? {} : { outcome: query.outcome }),
      ...(query.verdict === undefined ? {} : { verdict: query.verdict }),
      ...(query.code === undefined ? {} : { code: query.code }),
      ...(query.path === undefined ? {} : { path: query.path }),
    };
    const cursor = query.cursor === undefined ? 0 : Number(keyOf(query.cursor, FILE_KEY));
    const after = Math.max(query.after, cursor);
    const rows = await this.ledger.files(id, { ...filter, after, limit: query.limit });
    const last = rows.at(-1);
    const more =
      last !== undefined &&
      rows.length === query.limit &&
      (await this.ledger.files(id, { ...filter, after: last.seq, limit: 1 })).length > 0;
    return { items: rows.map(fileJson), nextCursor: more ? cursorOf(String(last.seq)) : null };
  }

  @Get('summary')
  @ApiOperation({
    summary: 'A scan in numbers',
    description: 'Counts by outcome, code of a finding, media type and camera.',
  })
  @TakesPath(scanParams)
  @Answers(200, 'Summary', 'The counts as they stand.')
  @ApiProblems('no-such-scan', 'ledger-unavailable')
  async summary(@Param(new Valid(scanParams, 'path')) { id }: ScanParams): Promise<z.output<typeof summary>> {
    await this.scan(id);
    return this.ledger.summary(id);
  }

  private async scan(id: string): Promise<Scan> {
    const scan = await this.ledger.scan(id);
    if (scan === null) throw noSuchScan(id);
    return scan;
  }
}
