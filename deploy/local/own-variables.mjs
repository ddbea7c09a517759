/** Variables of an installation, as libs/config and ecosystem.config.js read them, and those of its Node.js. */
const OWN_VARIABLES =
  /^(activeInspectionSubscribe|INSPECTION_ROOTS|PROFILES_DIR|HOST|PORT|API_KEYS|RATE_LIMIT|TRUST_PROXY|BASE_PATH|REAL_TIME|AMQP_URL|DATABASE_URL|LOG_LEVEL|DRAIN_SECONDS|MAX_ATTEMPTS|(SCAN|READ|READER|SUBSCRIBE|SUBSCRIBER|API|SWEEP|PUBLISH)_[A-Z_]+|ASSAY_[A-Z_]+|NODE_ENV|NODE_OPTIONS)$/;

/** The environment without the variables of an installation: a test or the demo sets what it needs, whatever the shell has. */
export function withoutOwnVariables(environment = process.env) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !OWN_VARIABLES.test(name)));
}

/** Takes the variables of an installation out of this program's own environment. */
export function dropOwnVariables() {
  for (const name of Object.keys(process.env)) {
    if (OWN_VARIABLES.test(name)) delete process.env[name];
  }
}
