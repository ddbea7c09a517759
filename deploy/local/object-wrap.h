/*
 * Included before all else where better-sqlite3 is compiled for a Node.js whose node::ObjectWrap notes itself with the
 * environment (24.19 and later, nodejs/node pull request 63642): as the hook is taken back by a garbage collection, in
 * which no environment is current, the program aborts. What is defined here is ObjectWrap as it was before, and as it
 * is in the built packages of better-sqlite3. Its next major needs none of it, and Node.js 22.
 */
#include <node.h>
#define AddEnvironmentCleanupHook(...) static_cast<void>(0)
#define RemoveEnvironmentCleanupHook(...) static_cast<void>(0)
#include <node_object_wrap.h>
#undef AddEnvironmentCleanupHook
#undef RemoveEnvironmentCleanupHook
