#include "agent/sqlite/transaction.h"

#include <utility>

namespace lapwing::sqlite {

Result<Transaction> Transaction::begin(Connection& connection) {
  if (auto begun = connection.execute("BEGIN IMMEDIATE"); !begun) return std::move(begun).error();
  return Transaction(connection);
}

Transaction::~Transaction() {
  // A failed statement may have rolled back already (full disk); then there is nothing to undo.
  if (connection_ != nullptr && connection_->in_transaction())
    static_cast<void>(connection_->execute("ROLLBACK"));
}

Result<void> Transaction::commit() {
  if (connection_ == nullptr || !connection_->in_transaction())
    return invalid("commit without an open transaction");
  auto done = connection_->execute("COMMIT");
  if (!done) {
    if (connection_->in_transaction()) static_cast<void>(connection_->execute("ROLLBACK"));
  }
  connection_ = nullptr;
  return done;
}

}  // namespace lapwing::sqlite
