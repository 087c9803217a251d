#include "agent/sqlite/migrations.h"

#include <string>
#include <utility>

#include "agent/sqlite/transaction.h"

namespace lapwing::sqlite {
namespace {

/// The file's version, after making sure that it is ours and not newer than we are.
Result<std::int64_t> known_version(Connection& connection, const Schema& schema) {
  const auto id = connection.integer("PRAGMA application_id");
  if (!id) return id.error();
  const auto version = connection.integer("PRAGMA user_version");
  if (!version) return version.error();
  const auto tables = connection.integer("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  const bool fresh = *id == 0 && *version == 0 && *tables == 0;
  if (fresh) return 0;
  if (*id != schema.application_id)
    return invalid(connection.path() + ": not a file of this kind (application_id " +
                   std::to_string(*id) + ", expected " + std::to_string(schema.application_id) +
                   ")");
  if (*version < 0 || *version > std::int64_t(schema.steps.size()))
    return invalid(connection.path() + ": written by another version (schema " +
                   std::to_string(*version) + ", this build knows up to " +
                   std::to_string(schema.steps.size()) + ")");
  return *version;
}

}  // namespace

Result<void> migrate(Connection& connection, const Schema& schema) {
  const auto version = known_version(connection, schema);
  if (!version) return version.error();
  for (std::size_t step = std::size_t(*version); step < schema.steps.size(); ++step) {
    auto transaction = Transaction::begin(connection);
    if (!transaction) return std::move(transaction).error();
    // Both PRAGMAs are part of the transaction: a crash leaves the version before or after.
    const std::string sql = std::string(schema.steps[step]) +
                            ";PRAGMA application_id=" + std::to_string(schema.application_id) +
                            ";PRAGMA user_version=" + std::to_string(step + 1);
    if (auto done = connection.execute(sql); !done)
      return std::move(done).in("migrating to schema " + std::to_string(step + 1));
    if (auto done = transaction->commit(); !done) return done;
  }
  return {};
}

Result<void> check_schema(Connection& connection, const Schema& schema) {
  const auto version = known_version(connection, schema);
  if (!version) return version.error();
  if (*version != std::int64_t(schema.steps.size()))
    return invalid(connection.path() + ": schema " + std::to_string(*version) + ", expected " +
                   std::to_string(schema.steps.size()));
  return {};
}

}  // namespace lapwing::sqlite
