#!/bin/sh
# Starts the RabbitMQ of the Debian 13 that debian-13.mjs has put beside this checkout, as the start script of an
# installed package would: the node takes this program's place, with its environment, its pid and its folders.
# Everything is mounted in a mount namespace of the node's own, so nothing is left mounted however it ends.
set -eu
root=$(cd "$(dirname "$0")/../../.assay-debian/13" && pwd -P)
# HOME is the folder of the private node; its logs lie beside it.
home=$(dirname "$HOME")
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
exec unshare --mount --propagation private sh -euc '
  mount --rbind /proc "$1/proc"
  mount --rbind /dev "$1/dev"
  mount -t tmpfs tmpfs "$1/tmp"
  mkdir -p "$1$2"
  mount --bind "$2" "$1$2"
  exec chroot "$1" /usr/lib/rabbitmq/bin/rabbitmq-server
' sh "$root" "$home"
