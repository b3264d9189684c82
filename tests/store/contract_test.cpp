#include <memory>
#include <utility>

#include <gtest/gtest.h>

#include <store/sqlite_stores.hpp>
#include <support/fake_playlist_store.hpp>
#include <support/fake_task_store.hpp>
#include <support/fake_track_store.hpp>
#include <support/playlist_store_contract.hpp>
#include <support/task_store_contract.hpp>
#include <support/track_store_contract.hpp>

namespace audiomuse {
namespace {

constexpr auto k_name = [](const auto& info) { return info.param.name; };

INSTANTIATE_TEST_SUITE_P(Stores, TrackStoreContract,
                         testing::Values(TrackStoreFactory{"sqlite",
                                                           [](std::function<UtcTime()> now) -> std::shared_ptr<TrackStore> {
                                                               auto stores =
                                                                   std::make_shared<store::SqliteStores>(std::move(now));
                                                               return {stores, &stores->tracks};
                                                           }},
                                         TrackStoreFactory{"fake",
                                                           [](std::function<UtcTime()> now) {
                                                               return std::make_shared<FakeTrackStore>(std::move(now));
                                                           }}),
                         k_name);

INSTANTIATE_TEST_SUITE_P(Stores, TaskStoreContract,
                         testing::Values(TaskStoreFactory{"sqlite",
                                                          []() -> std::shared_ptr<TaskStore> {
                                                              auto stores = std::make_shared<store::SqliteStores>();
                                                              return {stores, &stores->tasks};
                                                          }},
                                         TaskStoreFactory{"fake", [] { return std::make_shared<FakeTaskStore>(); }}),
                         k_name);

INSTANTIATE_TEST_SUITE_P(Stores, PlaylistStoreContract,
                         testing::Values(PlaylistStoreFactory{"sqlite",
                                                              []() -> std::shared_ptr<PlaylistStore> {
                                                                  auto stores = std::make_shared<store::SqliteStores>();
                                                                  return {stores, &stores->playlists};
                                                              }},
                                         PlaylistStoreFactory{"fake", [] { return std::make_shared<FakePlaylistStore>(); }}),
                         k_name);

} // namespace
} // namespace audiomuse
