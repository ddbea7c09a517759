import { Controller, Get, Header, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Answers } from '../docs/api-call';
import { ApiProblems } from '../docs/api-problems';
import { Problem } from '../problems/problem';
import { pausedJson } from '../scans/scan-json';
import type { live, ready } from './health-schemas';
import { Readiness } from './readiness';

@ApiTags('health')
@ApiSecurity({})
@Controller({ path: 'health', version: VERSION_NEUTRAL })
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Is the process alive?', description: 'Needs no key.' })
  @Answers(200, 'Live', 'It is.')
  @ApiProblems()
  live(): z.output<typeof live> {
    return { live: true };
  }

  @Get('ready')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Are broker, ledger and roots usable?',
    description:
      'Needs no key. `parts` says of each. A pause of the subscribers is told in `paused` and is no reason not to be ready: requests are served, scans are taken, and their files wait.',
  })
  @Answers(200, 'Ready', 'All of them are.')
  @ApiProblems('not-ready')
  async ready(): Promise<z.output<typeof ready>> {
    const parts = await this.readiness.parts();
    const bad = Object.entries(parts).filter(([, why]) => why !== 'ok');
    if (bad.length > 0)
      throw new Problem('not-ready', bad.map(([name, why]) => `${name}: ${why}`).join('; '), { members: { parts } });
    return { ready: true, parts, paused: pausedJson(await this.readiness.paused()) };
  }
}
