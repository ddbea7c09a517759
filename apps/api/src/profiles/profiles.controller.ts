import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { LoadedProfile } from '@assay/config/profiles';
import { Answers, TakesPath } from '../docs/api-call';
import { ApiProblems } from '../docs/api-problems';
import { Valid } from '../requests/valid';
import { ProfileChoice } from './profile-choice';
import { type oneProfile, type profileList, profileParams } from './profile-schemas';

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
  @Answers(200, 'ProfileList', 'The profiles, and what is wrong with those that are of no use.')
  @ApiProblems('profiles-unavailable')
  list(): z.output<typeof profileList> {
    const { profiles, problems } = this.profiles.all();
    return { items: profiles.map(brief), problems };
  }

  @Get(':name')
  @ApiOperation({ summary: 'One profile', description: 'With its whole definition, every default filled in.' })
  @TakesPath(profileParams)
  @Answers(200, 'Profile', 'The profile.')
  @ApiProblems('no-such-profile', 'invalid-profile', 'profiles-unavailable')
  one(@Param(new Valid(profileParams, 'path')) { name }: z.output<typeof profileParams>): z.output<typeof oneProfile> {
    const profile = this.profiles.byName(name);
    return { ...brief(profile), definition: { ...profile.definition } };
  }
}
