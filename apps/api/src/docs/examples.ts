/** Bodies of `POST /v1/scans` that teach. */
export const NEW_SCAN_EXAMPLES = {
  simplest: {
    summary: 'A directory and a profile',
    value: { directory: 'incoming/2024-05-02', profile: 'photos' },
  },
  'dry run': {
    summary: 'What would happen, with nothing moved',
    value: { directory: 'incoming/2024-05-02', profile: 'photos', dryRun: true },
  },
  everything: {
    summary: 'All that can be said',
    value: {
      directory: '/srv/photos/incoming/2024-05-02',
      profile: 'photos',
      accept: '/srv/photos/accepted',
      quarantine: '/srv/photos/quarantined',
      dryRun: false,
      priority: 'high',
      startAt: '2030-01-31T06:00:00+01:00',
      label: 'wedding-042',
    },
  },
};

/** Bodies of `POST /v1/inspections` that teach. */
export const INSPECTION_EXAMPLES = {
  simplest: {
    summary: 'One file',
    value: { path: 'incoming/2024-05-02/IMG_0017.jpg', profile: 'photos' },
  },
};

/** Bodies of `POST /v1/dead-letters/redrive` that teach. */
export const REDRIVE_EXAMPLES = {
  all: { summary: 'Every dead letter', value: {} },
  some: {
    summary: 'Those of one scan for one reason',
    value: { scan: '0198c6a1-7f3e-7c44-9d15-0f6c5f8f2a11', reason: 'attempts-used-up' },
  },
};

/** The end of a stream of events. */
export const EVENTS_EXAMPLE = `event: progress
id: moving-1204-201-1000-3-0-0-0-0
data: {"id":"0198c6a1-7f3e-7c44-9d15-0f6c5f8f2a11","state":"moving", …}

event: finished
id: completed-1204-0-1187-15-0-2-0-0
data: {"id":"0198c6a1-7f3e-7c44-9d15-0f6c5f8f2a11","state":"completed", …}

`;
