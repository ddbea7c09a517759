import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import { ApiProblems } from '../docs/api-problems';
import { INSPECTION_EXAMPLES } from '../docs/examples';
import { InspectFile } from './inspect-file';
import { inspection, inspectionBody } from './inspection-schemas';

class InspectionBodyDto extends createZodDto(inspectionBody) {}
class InspectionDto extends createZodDto(inspection) {}

@ApiTags('inspections')
@Controller({ path: 'inspections', version: '1' })
export class InspectionsController {
  constructor(private readonly inspection: InspectFile) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Inspect one file',
    description: 'What a scan would say of it. Nothing is moved or recorded.',
  })
  @ApiBody({ type: InspectionBodyDto, examples: INSPECTION_EXAMPLES })
  @ZodResponse({ status: 200, type: InspectionDto, description: 'Facts, findings and disposition.' })
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
  inspect(@Body() body: InspectionBodyDto) {
    return this.inspection.inspect(body.path, body.profile);
  }
}
