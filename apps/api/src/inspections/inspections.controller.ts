import { Body, Controller, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Answers, TakesBody } from '../docs/api-call';
import { ApiProblems } from '../docs/api-problems';
import { INSPECTION_EXAMPLES } from '../docs/examples';
import { Valid } from '../requests/valid';
import { InspectFile } from './inspect-file';
import { inspectionBody, type InspectionJson } from './inspection-schemas';

@ApiTags('inspections')
@Controller({ path: 'inspections', version: '1' })
export class InspectionsController {
  constructor(private readonly inspection: InspectFile) {}

  @Post()
  @ApiOperation({
    summary: 'Inspect one file',
    description: 'What a scan would say of it. Nothing is moved or recorded.',
  })
  @TakesBody('NewInspection', INSPECTION_EXAMPLES)
  @Answers(200, 'Inspection', 'Facts, findings and disposition.')
  @ApiProblems(
    'outside-roots',
    'symlink-on-the-way',
    'not-permitted',
    'cross-site',
    'no-such-file',
    'not-a-file',
    'too-large',
    'unsupported-media-type',
    'unknown-profile',
    'invalid-profile',
    'root-unavailable',
    'profiles-unavailable',
    'readers-unavailable',
  )
  inspect(@Body(new Valid(inspectionBody, 'body')) body: z.output<typeof inspectionBody>): Promise<InspectionJson> {
    return this.inspection.inspect(body.path, body.profile);
  }
}
