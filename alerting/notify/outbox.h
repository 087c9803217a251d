// Outbox: notifications that were accepted and are not delivered yet. It lives in memory and in
// state.db: what is in it survives a restart and leaves only by delivery, by a newer notification
// of the same group to the same integration, or with its receiver. Pure: no I/O.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "alerting/notify/notification.h"
#include "alerting/receivers/receiver.h"

namespace lapwing::alerting {

inline constexpr std::size_t kOutboxLimit = 10'000;
inline constexpr Duration kFirstRetry = 500ms;
inline constexpr Duration kLongestRetry = 60s;

struct OutboxRow {
  Notification notification;
  std::uint64_t version = 0;  ///< grows when the row is replaced
  int attempts = 0;
  Timestamp next_attempt{};
  std::string last_error;
};

class Outbox {
 public:
  explicit Outbox(std::vector<OutboxRow> rows = {});

  /// Puts the notification in, in the place of one with its key. False when the outbox is full:
  /// it is dropped.
  bool accept(Notification notification, Timestamp now);

  struct Sending {
    Notification notification;
    std::uint64_t version = 0;
  };
  /// What is to be sent now: one notification at a time for each integration of a receiver.
  std::vector<Sending> take_due(Timestamp now);

  /// What became of a sending. True when the row is gone: delivered.
  bool finish(const DeliveryKey& key, std::uint64_t version, const DeliveryResult& result,
              Timestamp now);

  /// Takes out what `keep` refuses, such as rows of receivers that are no more.
  std::vector<DeliveryKey> remove_unless(const std::function<bool(const DeliveryKey&)>& keep);

  /// nullptr when there is none.
  const OutboxRow* find(const DeliveryKey& key) const;
  /// When take_due() has something next; kNever when all are under way or none is left.
  Timestamp next() const;
  std::size_t size() const { return rows_.size(); }
  std::size_t waiting_for(std::string_view receiver) const;

 private:
  struct Entry {
    OutboxRow row;
    bool under_way = false;
  };
  bool busy(const DeliveryKey& key) const;

  std::map<DeliveryKey, Entry> rows_;
};

}  // namespace lapwing::alerting
