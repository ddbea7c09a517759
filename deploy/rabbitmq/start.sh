#!/bin/sh
# Entry point of the service `rabbitmq` in docker-compose.yml: puts the passwords of the environment into the
# definitions, so that no password lies in a file of the project and no guest is made, and goes on as the image does.
set -eu

: "${ASSAY_DEFINITIONS:=/opt/assay/definitions.json}"
: "${ASSAY_DEFINITIONS_TARGET:=/etc/rabbitmq/assay-definitions.json}"
: "${RABBITMQ_OPERATOR_TAGS:=monitoring,policymaker}"

for name in RABBITMQ_PASSWORD RABBITMQ_OPERATOR_PASSWORD; do
  eval "value=\${$name:-}"
  # They also stand in an address (AMQP_URL): nothing that would have to be escaped there.
  case "$value" in
    '' | *[!A-Za-z0-9_.~-]*)
      echo "$name must be set, and hold only letters, digits and _ . ~ - (such as: openssl rand -hex 24)" >&2
      exit 64
      ;;
  esac
done
case "$RABBITMQ_OPERATOR_TAGS" in
  *[!a-z,]*)
    echo "RABBITMQ_OPERATOR_TAGS must be tags of RabbitMQ, separated by commas" >&2
    exit 64
    ;;
esac

umask 077
sed -e "s/@ASSAY_PASSWORD@/$RABBITMQ_PASSWORD/" \
  -e "s/@OPERATOR_PASSWORD@/$RABBITMQ_OPERATOR_PASSWORD/" \
  -e "s/@OPERATOR_TAGS@/$RABBITMQ_OPERATOR_TAGS/" \
  "$ASSAY_DEFINITIONS" >"$ASSAY_DEFINITIONS_TARGET"
if [ "$(id -u)" = 0 ] && id rabbitmq >/dev/null 2>&1; then
  chown rabbitmq "$ASSAY_DEFINITIONS_TARGET"
fi

exec docker-entrypoint.sh "${@:-rabbitmq-server}"
