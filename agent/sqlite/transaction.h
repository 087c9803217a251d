// Transaction: all of its statements, or none.
#pragma once

#include "agent/base/result.h"
#include "agent/sqlite/connection.h"

namespace lapwing::sqlite {

/// Rolls back when it goes without commit(). Immediate: the write lock is taken at begin(), so
/// that Busy comes there and not in the middle. Must not outlive its Connection; does not nest.
class Transaction {
 public:
  static Result<Transaction> begin(Connection& connection);

  Transaction(Transaction&& other) noexcept : connection_(other.connection_) {
    other.connection_ = nullptr;
  }
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  /// On an error nothing was stored and the transaction is rolled back.
  Result<void> commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}

  Connection* connection_;  // null once committed or rolled back
};

}  // namespace lapwing::sqlite
