import { Body, Controller, Get, Inject, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import type { z } from 'zod';
import type { FileKey, Ledger } from '@assay/ledger';
import { Answers, TakesBody, TakesQuery } from '../docs/api-call';
import { ApiProblems } from '../docs/api-problems';
import { REDRIVE_EXAMPLES } from '../docs/examples';
import { LEDGER } from '../parts';
import { callerOf } from '../requests/caller';
import { requestIdFor } from '../requests/request-id';
import { Valid } from '../requests/valid';
import { noSuchScan } from '../scans/cancel-scan';
import { cursorOf, keyOf, LETTER_KEY, REDRIVE_KEY } from '../scans/cursor';
import { deadLetterJson, redriveJson } from './dead-letter-json';
import {
  type deadLetterPage,
  deadLettersQuery,
  type RedriveBody,
  redriveBody,
  type RedriveJson,
  type redrivePage,
  redrivesQuery,
} from './dead-letter-schemas';
import { RedriveLetters } from './redrive-letters';

/** Files whose messages were dead-lettered, and sending them again. */
@ApiTags('dead letters')
@Controller({ path: 'dead-letters', version: '1' })
export class DeadLettersController {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    private readonly redriving: RedriveLetters,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List dead letters',
    description:
      'Errored files with their reasons, in the order of scans and of their files, any page as fast as the first; and how many there are for each reason.',
  })
  @TakesQuery(deadLettersQuery)
  @Answers(200, 'DeadLetterPage', 'A page of dead letters.')
  @ApiProblems('no-such-scan', 'ledger-unavailable')
  async list(
    @Query(new Valid(deadLettersQuery, 'query')) query: z.output<typeof deadLettersQuery>,
  ): Promise<z.output<typeof deadLetterPage>> {
    const { scan, reason, limit } = query;
    if (scan !== undefined && (await this.ledger.scan(scan)) === null) throw noSuchScan(scan);
    const filter = { ...(scan === undefined ? {} : { scan }), ...(reason === undefined ? {} : { reason }) };
    const after = query.cursor === undefined ? null : letterOf(query.cursor);
    const letters = await this.ledger.deadLetters({ ...filter, after, limit: limit + 1 });
    const items = letters.slice(0, limit);
    const last = items.at(-1);
    return {
      items: items.map(deadLetterJson),
      reasons: await this.ledger.deadLetterReasons(scan ?? null),
      nextCursor: last === undefined || letters.length <= limit ? null : cursorOf(`${last.scan}.${last.seq}`),
    };
  }

  @Post('redrive')
  @ApiOperation({
    summary: 'Send dead letters again',
    description: `Of one scan or all, for one reason or any: \`{}\` is every one of them. The order is on record when it is answered, and carried out behind the answer. A file that changed is read and judged anew first. Each stays errored until its new end is written. Asked for again, or while files are on their way, nothing moves twice. Left alone are scans that were cancelled, and those that overlap an unfinished one.`,
  })
  @TakesBody('NewRedrive', REDRIVE_EXAMPLES)
  @Answers(202, 'Redrive', 'The order as it is on record.')
  @ApiProblems(
    'no-such-scan',
    'scan-cancelled',
    'overlap',
    'cross-site',
    'too-large',
    'unsupported-media-type',
    'ledger-unavailable',
  )
  async redrive(
    @Body(new Valid(redriveBody, 'body')) body: RedriveBody,
    @Req() request: Request,
  ): Promise<RedriveJson> {
    return redriveJson(await this.redriving.order(body, callerOf(request).name, requestIdFor(request)));
  }

  @Get('redrives')
  @ApiOperation({ summary: 'List redrives', description: 'Who asked for what, and how far it is; the newest first.' })
  @TakesQuery(redrivesQuery)
  @Answers(200, 'RedrivePage', 'A page of redrives.')
  @ApiProblems('ledger-unavailable')
  async redrives(
    @Query(new Valid(redrivesQuery, 'query')) { limit, cursor }: z.output<typeof redrivesQuery>,
  ): Promise<z.output<typeof redrivePage>> {
    const from = cursor === undefined ? {} : { cursor: keyOf(cursor, REDRIVE_KEY) };
    const redrives = await this.ledger.redrives({ ...from, limit: limit + 1 });
    const items = redrives.slice(0, limit);
    const last = items.at(-1);
    return {
      items: items.map(redriveJson),
      nextCursor: last === undefined || redrives.length <= limit ? null : cursorOf(last.id),
    };
  }
}

function letterOf(cursor: string): FileKey {
  const [scan = '', seq = ''] = keyOf(cursor, LETTER_KEY).split('.');
  return { scan, seq: Number(seq) };
}
