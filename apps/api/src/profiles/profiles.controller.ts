import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import type { LoadedProfile } from '@assay/config';
import { ApiProblems } from '../docs/api-problems';
import { ProfileChoice } from './profile-choice';
import { oneProfile, profileList, profileParams } from './profile-schemas';

class ProfileListDto extends createZodDto(profileList) {}
class ProfileParamsDto extends createZodDto(profileParams) {}
class ProfileDto extends createZodDto(oneProfile) {}

function brief({ definition, digest }: LoadedProfile) {
  const { name, version, title, description } = definition;
  return {
    name,
    version,
    digest,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
  };
}

@ApiTags('profiles')
@Controller({ path: 'profiles', version: '1' })
export class ProfilesController {
  constructor(private readonly profiles: ProfileChoice) {}

  @Get()
  @ApiOperation({ summary: 'List the profiles', description: 'As they stand on disk now.' })
  @ZodResponse({
    status: 200,
    type: ProfileListDto,
    description: 'The profiles, and what is wrong with any that can’t be used.',
  })
  @ApiProblems('profiles-unavailable')
  async list() {
    const { profiles, problems } = await this.profiles.all();
    return { items: profiles.map(brief), problems };
  }

  @Get(':name')
  @ApiOperation({ summary: 'One profile', description: 'With its whole definition, every default filled in.' })
  @ZodResponse({ status: 200, type: ProfileDto, description: 'The profile.' })
  @ApiProblems('no-such-profile', 'invalid-profile', 'profiles-unavailable')
  async one(@Param() { name }: ProfileParamsDto) {
    const profile = await this.profiles.byName(name);
    return { ...brief(profile), definition: { ...profile.definition } };
  }
}
