import { Controller, Get, Header, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import { z } from 'zod';
import { ApiProblems } from '../docs/api-problems';
import { Problem } from '../problems/problem';
import { Readiness } from './readiness';

const part = z.string().meta({ description: '`ok`, or why it is not usable.', examples: ['ok'] });

class LiveDto extends createZodDto(z.object({ live: z.literal(true) }).meta({ id: 'Live' })) {}
class ReadyDto extends createZodDto(
  z
    .object({ ready: z.literal(true), parts: z.object({ broker: part, ledger: part, roots: part }) })
    .meta({ id: 'Ready', examples: [{ ready: true, parts: { broker: 'ok', ledger: 'ok', roots: 'ok' } }] }),
) {}

@ApiTags('health')
@ApiSecurity({})
@Controller({ path: 'health', version: VERSION_NEUTRAL })
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Is the process alive?', description: 'Needs no key.' })
  @ZodResponse({ status: 200, type: LiveDto, description: 'It is.' })
  live() {
    return { live: true } as const;
  }

  @Get('ready')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Are broker, ledger and roots usable?', description: 'Needs no key. `parts` says of each.' })
  @ZodResponse({ status: 200, type: ReadyDto, description: 'All of them are.' })
  @ApiProblems('not-ready')
  async ready() {
    const parts = await this.readiness.parts();
    const bad = Object.entries(parts).filter(([, why]) => why !== 'ok');
    if (bad.length > 0)
      throw new Problem('not-ready', bad.map(([name, why]) => `${name}: ${why}`).join('; '), { members: { parts } });
    return { ready: true, parts } as const;
  }
}
