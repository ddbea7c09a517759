import { type DynamicModule, Module, RequestMethod } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { LoggerModule } from 'nestjs-pino';
import type { Logger } from 'pino';
import { Broker } from '@assay/broker';
import { ProfilesFolder } from '@assay/config/profiles';
import { FactReaders, Roots } from '@assay/files';
import { DeadLettersController } from './dead-letters/dead-letters.controller';
import { RedriveLetters } from './dead-letters/redrive-letters';
import { EventsController } from './events/events.controller';
import { ScanEvents } from './events/scan-events';
import { HealthController } from './health/health.controller';
import { Readiness } from './health/readiness';
import { InspectFile } from './inspections/inspect-file';
import { InspectionsController } from './inspections/inspections.controller';
import { CONFIG, LEDGER, type Parts } from './parts';
import { ProblemFilter } from './problems/problem.filter';
import { ProfileChoice } from './profiles/profile-choice';
import { ProfilesController } from './profiles/profiles.controller';
import { ReportsController } from './reports/reports.controller';
import { Announcement } from './scans/announcement';
import { CancelScan } from './scans/cancel-scan';
import { CreateScan } from './scans/create-scan';
import { FilesController } from './scans/files.controller';
import { Pauses } from './scans/pauses';
import { ScansController } from './scans/scans.controller';

@Module({})
export class ApiModule {
  static of(parts: Parts, log: Logger): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        LoggerModule.forRoot({
          pinoHttp: { logger: log },
          // The request's log was made before all routes, so that refusals are logged too.
          useExisting: true,
          forRoutes: [{ path: '*path', method: RequestMethod.ALL }],
        }),
      ],
      controllers: [
        ScansController,
        DeadLettersController,
        EventsController,
        FilesController,
        ReportsController,
        ProfilesController,
        InspectionsController,
        HealthController,
      ],
      providers: [
        { provide: CONFIG, useValue: parts.config },
        { provide: LEDGER, useValue: parts.ledger },
        { provide: Broker, useValue: parts.broker },
        { provide: Roots, useValue: parts.roots },
        { provide: ProfilesFolder, useValue: parts.profiles },
        { provide: FactReaders, useValue: parts.readers },
        { provide: APP_FILTER, useClass: ProblemFilter },
        Announcement,
        CancelScan,
        CreateScan,
        InspectFile,
        Pauses,
        ProfileChoice,
        Readiness,
        RedriveLetters,
        ScanEvents,
      ],
    };
  }
}
