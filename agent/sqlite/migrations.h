// Migrations: brings a database file to the schema that this build knows. PRAGMA user_version
// counts the steps that the file has taken; PRAGMA application_id says whose file it is.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "agent/base/result.h"
#include "agent/sqlite/connection.h"

namespace lapwing::sqlite {

struct Schema {
  std::int32_t application_id = 0;          ///< not 0; another for each kind of file
  std::span<const std::string_view> steps;  ///< step i leads from version i to i + 1
};

/// Runs the steps that are missing, each in a transaction of its own; a new file takes all.
/// Invalid when the file belongs to something else or was written by a newer version.
Result<void> migrate(Connection& connection, const Schema& schema);

/// What migrate() would refuse, and a file with steps missing, without writing: for read-only
/// connections.
Result<void> check_schema(Connection& connection, const Schema& schema);

}  // namespace lapwing::sqlite
