import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FileFilter, Ledger, Scan } from '@assay/ledger';
import { Answers, TakesPath, TakesQuery } from '../docs/api-call';
import { ApiProblems } from '../docs/api-problems';
import { LEDGER } from '../parts';
import { Valid } from '../requests/valid';
import { noSuchScan } from './cancel-scan';
import { cursorOf, FILE_KEY, keyOf } from './cursor';
import { fileJson } from './file-json';
import { type filePage, filesQuery, reportQuery, type summary } from './file-schemas';
import { report, REPORT_WRITERS, reportName } from './report';
import { type ScanParams, scanParams } from './scan-schemas';

const text: { schema: { type: 'string' } } = { schema: { type: 'string' } };
const reportContent = { 'text/csv': text, 'application/jsonl': text };

/** What a scan found. */
@ApiTags('scans')
@Controller({ path: 'scans/:id', version: '1' })
export class FilesController {
  constructor(@Inject(LEDGER) private readonly ledger: Ledger) {}

  @Get('files')
  @ApiOperation({
    summary: 'Files of a scan',
    description: 'In the order of their numbers; any page is as fast as the first.',
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
    const after = query.cursor === undefined ? 0 : Number(keyOf(query.cursor, FILE_KEY));
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

  @Get('report')
  @ApiOperation({ summary: 'The whole report', description: 'One row a file, streamed; jsonl rows are FileRecords.' })
  @TakesPath(scanParams)
  @TakesQuery(reportQuery)
  @ApiResponse({ status: 200, description: 'The report.', content: reportContent })
  @ApiProblems('no-such-scan', 'ledger-unavailable')
  async report(
    @Param(new Valid(scanParams, 'path')) { id }: ScanParams,
    @Query(new Valid(reportQuery, 'query')) { format }: z.output<typeof reportQuery>,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const scan = await this.scan(id);
    const rows = report(this.ledger, id, format);
    // So that a ledger which is away is told as a problem, before the answer has begun.
    const first = await rows.next();
    response.setHeader('Content-Type', REPORT_WRITERS[format].mediaType);
    response.setHeader('Content-Disposition', `attachment; filename="${reportName(scan, format)}"`);
    response.setHeader('Cache-Control', 'no-store');
    if (request.method === 'HEAD') {
      await rows.return();
      response.end();
      return;
    }
    async function* pieces() {
      if (first.done !== true) yield first.value;
      yield* rows;
    }
    try {
      await pipeline(Readable.from(pieces(), { objectMode: false }), response);
    } catch (error) {
      // The client left; the query has been stopped with the stream.
      if ((error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE') return;
      throw error;
    }
  }

  private async scan(id: string): Promise<Scan> {
    const scan = await this.ledger.scan(id);
    if (scan === null) throw noSuchScan(id);
    return scan;
  }
}
