import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Ledger } from '@assay/ledger';
import { TakesPath, TakesQuery } from '../docs/api-call';
import { ApiProblems } from '../docs/api-problems';
import { schemaOf } from '../docs/components';
import { LEDGER } from '../parts';
import { Valid } from '../requests/valid';
import { noSuchScan } from '../scans/cancel-scan';
import { Pauses } from '../scans/pauses';
import { type ScanParams, scanParams } from '../scans/scan-schemas';
import { FORMATS } from './formats/formats';
import { report, reportName } from './report';
import { reportQuery } from './report-schemas';

const text: { schema: { type: 'string' } } = { schema: { type: 'string' } };
const content = {
  'text/csv': text,
  'application/jsonl': text,
  'application/json': { schema: schemaOf('Report') },
  'text/html': text,
};

/** Writes the reports of scans. */
@ApiTags('scans')
@Controller({ path: 'scans/:id', version: '1' })
export class ReportsController {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    private readonly pauses: Pauses,
  ) {}

  @Get('report')
  @ApiOperation({
    summary: 'The whole report',
    description: 'One row a file, in the order of their numbers, streamed.',
  })
  @TakesPath(scanParams)
  @TakesQuery(reportQuery)
  @ApiResponse({ status: 200, description: 'The report.', content })
  @ApiProblems('no-such-scan', 'ledger-unavailable')
  async report(
    @Param(new Valid(scanParams, 'path')) { id }: ScanParams,
    @Query(new Valid(reportQuery, 'query')) { format: name }: z.output<typeof reportQuery>,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const found = await this.ledger.scan(id);
    if (found === null) throw noSuchScan(id);
    const scan = await this.pauses.show(found);
    const format = FORMATS[name];
    const pieces = report(this.ledger, { scan, summary: await this.ledger.summary(id), now: Date.now() }, format);
    // So that a ledger which is away is told as a problem, before the answer has begun.
    const first = await pieces.next();
    response.setHeader('Content-Type', format.mediaType);
    response.setHeader('Content-Disposition', `${format.disposition}; filename="${reportName(scan, name)}"`);
    response.setHeader('Cache-Control', 'no-store');
    for (const [header, value] of Object.entries(format.headers)) response.setHeader(header, value);
    if (request.method === 'HEAD') {
      await pieces.return();
      response.end();
      return;
    }
    async function* all() {
      if (first.done !== true) yield first.value;
      yield* pieces;
    }
    try {
      await pipeline(Readable.from(all(), { objectMode: false }), response);
    } catch (error) {
      // The client left; the query has been stopped with the stream.
      if ((error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE') return;
      throw error;
    }
  }
}
