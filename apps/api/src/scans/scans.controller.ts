import { Body, Controller, Get, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Config } from '@assay/config';
import type { Ledger } from '@assay/ledger';
import { Answers, TakesBody, TakesPath, TakesQuery } from '../docs/api-call';
import { ApiProblems } from '../docs/api-problems';
import { NEW_SCAN_EXAMPLES } from '../docs/examples';
import { CONFIG, LEDGER } from '../parts';
import { callerOf } from '../requests/caller';
import { idempotencyKeyOf } from '../requests/idempotency-key';
import { requestIdFor } from '../requests/request-id';
import { Valid } from '../requests/valid';
import { CancelScan, noSuchScan } from './cancel-scan';
import { CreateScan } from './create-scan';
import { cursorOf, keyOf, SCAN_KEY } from './cursor';
import { Pauses } from './pauses';
import { scanJson } from './scan-json';
import {
  type NewScanBody,
  newScanBody,
  type ScanJson,
  type scanPage,
  type ScanParams,
  scanParams,
  scansQuery,
} from './scan-schemas';

@ApiTags('scans')
@Controller({ path: 'scans', version: '1' })
export class ScansController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LEDGER) private readonly ledger: Ledger,
    private readonly creation: CreateScan,
    private readonly cancellation: CancelScan,
    private readonly pauses: Pauses,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Scan a directory',
    description: 'Inspects every file beneath a directory, moves each to where it belongs, and accounts for every one.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      '1 to 255 printable characters of yours: for 24 hours the same key and body get the first answer again.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  })
  @TakesBody('NewScan', NEW_SCAN_EXAMPLES)
  @Answers(202, 'Scan', 'The scan; `Location` is its address.')
  @ApiProblems(
    'outside-roots',
    'symlink-on-the-way',
    'not-permitted',
    'cross-site',
    'no-such-directory',
    'not-a-directory',
    'directory-in-destination',
    'overlap',
    'key-reused',
    'too-large',
    'unsupported-media-type',
    'unknown-profile',
    'invalid-profile',
    'unsafe-file-system',
    'broker-unavailable',
    'ledger-unavailable',
    'root-unavailable',
    'profiles-unavailable',
  )
  async create(
    @Body(new Valid(newScanBody, 'body')) body: NewScanBody,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ScanJson> {
    const { scan: made, replayed } = await this.creation.create({
      body,
      key: idempotencyKeyOf(request),
      by: callerOf(request).name,
      requestId: requestIdFor(request),
    });
    response.setHeader('Location', `${this.config.http.basePath}/v1/scans/${made.id}`);
    if (replayed) response.setHeader('Idempotency-Replayed', 'true');
    return scanJson(made, Date.now());
  }

  @Get()
  @ApiOperation({ summary: 'List scans', description: 'The newest first.' })
  @TakesQuery(scansQuery)
  @Answers(200, 'ScanPage', 'A page of scans.')
  @ApiProblems('ledger-unavailable')
  async list(
    @Query(new Valid(scansQuery, 'query')) query: z.output<typeof scansQuery>,
  ): Promise<z.output<typeof scanPage>> {
    const filter = {
      ...(query.state === undefined ? {} : { state: query.state }),
      ...(query.label === undefined ? {} : { label: query.label }),
    };
    const from = query.cursor === undefined ? {} : { cursor: keyOf(query.cursor, SCAN_KEY) };
    const scans = await this.ledger.scans({ ...filter, ...from, limit: query.limit });
    const last = scans.at(-1);
    const more =
      last !== undefined &&
      scans.length === query.limit &&
      (await this.ledger.scans({ ...filter, cursor: last.id, limit: 1 })).length > 0;
    const now = Date.now();
    const items = (await this.pauses.shown(scans)).map((one) => scanJson(one, now));
    return { items, nextCursor: more ? cursorOf(last.id) : null };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One scan' })
  @TakesPath(scanParams)
  @Answers(200, 'Scan', 'The scan as it stands.')
  @ApiProblems('no-such-scan', 'ledger-unavailable')
  async one(@Param(new Valid(scanParams, 'path')) { id }: ScanParams): Promise<ScanJson> {
    const found = await this.ledger.scan(id);
    if (found === null) throw noSuchScan(id);
    return scanJson(await this.pauses.show(found), Date.now());
  }

  @Post(':id/cancel')
  @ApiOperation({
    summary: 'Stop a scan',
    description: 'Files already placed stay placed and recorded, the rest is untouched. May be asked for again.',
  })
  @TakesPath(scanParams)
  @Answers(202, 'Scan', 'The scan as it stands.')
  @ApiProblems(
    'no-such-scan',
    'scan-finished',
    'cross-site',
    'too-large',
    'unsupported-media-type',
    'ledger-unavailable',
  )
  async cancel(@Param(new Valid(scanParams, 'path')) { id }: ScanParams, @Req() request: Request): Promise<ScanJson> {
    const stopped = await this.cancellation.cancel(id, callerOf(request).name);
    return scanJson(await this.pauses.show(stopped), Date.now());
  }
}
