import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { TakesPath } from '../docs/api-call';
import { ApiProblems } from '../docs/api-problems';
import { EVENTS_EXAMPLE } from '../docs/examples';
import { Valid } from '../requests/valid';
import { type ScanParams, scanParams } from '../scans/scan-schemas';
import { eventId, isFinished } from './scan-event';
import { ScanEvents } from './scan-events';

const DESCRIPTION = `Server-sent events, for \`EventSource\` and the like:

- \`progress\`: a Scan as it stands, at once and then at least every second.
- \`finished\`: the Scan at its end; then the stream ends.

Each \`id\` names the state that it tells. A client that asks again, of any process of the installation, is told the present state at once: what lay in between is not repeated, since each state says everything. Comments (lines that begin with \`:\`) may be ignored, as the format has it.`;

const LAST_EVENT_ID = `The \`id\` of the last event that the client had; browsers send it by themselves when they ask again. Where that was \`finished\` and nothing has changed since, the answer is 204, at which they stop asking.`;

/** Tells of scans while they run. */
@ApiTags('scans')
@Controller({ path: 'scans/:id', version: '1' })
export class EventsController {
  constructor(@Inject(ScanEvents) private readonly scanEvents: ScanEvents) {}

  @Get('events')
  @ApiOperation({ summary: 'Follow a scan', description: DESCRIPTION })
  @TakesPath(scanParams)
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: LAST_EVENT_ID, schema: { type: 'string' } })
  @ApiResponse({
    status: 200,
    description: 'The stream.',
    content: { 'text/event-stream': { schema: { type: 'string' }, example: EVENTS_EXAMPLE } },
  })
  @ApiResponse({ status: 204, description: 'The client has had everything: the scan has finished, and it knows.' })
  @ApiProblems('no-such-scan', 'ledger-unavailable', 'too-many-listeners')
  async events(
    @Param(new Valid(scanParams, 'path')) { id }: ScanParams,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    this.scanEvents.assertRoom();
    const scan = await this.scanEvents.scan(id);
    if (isFinished(scan) && request.headers['last-event-id'] === eventId(scan)) {
      response.status(204).end();
      return;
    }
    response.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
    response.setHeader('Cache-Control', 'no-cache, no-transform');
    // nginx would collect the events instead of passing each on.
    response.setHeader('X-Accel-Buffering', 'no');
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    request.socket.setNoDelay(true);
    response.flushHeaders();
    this.scanEvents.stream(scan, response);
  }
}
