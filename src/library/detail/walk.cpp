#include <library/detail/walk.hpp>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <base/text.hpp>
#include <library/detail/candidates.hpp>

namespace audiomuse::library::detail {

namespace {

constexpr std::size_t k_max_problems = 100;

struct CloseFolder {
    void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

struct Entry {
    std::string name;
    unsigned char type = DT_UNKNOWN;
};

FileStamp stamp_of(const struct stat& status) {
    constexpr std::int64_t k_ns_per_s = 1'000'000'000;
    return {static_cast<std::uint64_t>(status.st_size), status.st_mtim.tv_sec * k_ns_per_s + status.st_mtim.tv_nsec};
}

unsigned char type_of(const struct stat& status) {
    return S_ISREG(status.st_mode) ? DT_REG : S_ISDIR(status.st_mode) ? DT_DIR : S_ISLNK(status.st_mode) ? DT_LNK : DT_UNKNOWN;
}

class Walk {
  public:
    Walk(const Root& root, const FolderVisitor& visitor, std::stop_token stop)
        : m_root(root), m_visitor(visitor), m_stop(std::move(stop)) {}

    Result<WalkOutcome> run() {
        m_pending.push_back({"", Way::direct});
        while (!m_pending.empty()) {
            const Pending folder = std::move(m_pending.back());
            m_pending.pop_back();
            if (auto done = visit(folder); !done) {
                return fail(std::move(done));
            }
        }
        return std::move(m_outcome);
    }

  private:
    enum class Way { direct, through_link };
    struct Pending {
        std::string path;
        Way way = Way::direct;
    };

    Result<void> visit(const Pending& folder) {
        auto fd = m_root.open_inside(folder.path, O_RDONLY | O_DIRECTORY);
        if (!fd) {
            add_problem(folder.path, fd.error());
            return {};
        }
        struct stat status {};
        if (folder.way == Way::through_link && (::fstat(fd->get(), &status) != 0 || !is_new(status))) {
            return {};
        }
        const std::unique_ptr<DIR, CloseFolder> handle(::fdopendir(fd->get()));
        if (handle == nullptr) {
            add_problem(folder.path, errno);
            return {};
        }
        static_cast<void>(fd->release()); // the handle owns it now
        const auto entries = read_entries(handle.get(), folder.path);
        if (folder.path.empty() && entries.empty() && m_outcome.complete) {
            m_outcome.complete = false; // an empty mount point looks like this: nothing may be taken for deleted
            m_outcome.problems.emplace_back("The library folder is empty. Is its disk mounted?");
        }
        const int handle_fd = ::dirfd(handle.get());
        std::vector<FoundFile> files;
        std::vector<Pending> folders;
        for (const Entry& entry : entries) {
            if (m_stop.stop_requested()) {
                return fail(ErrorCode::cancelled, "The listing was cancelled.");
            }
            look_at(entry, handle_fd, folder, files, folders);
        }
        std::ranges::move(folders.rbegin(), folders.rend(), std::back_inserter(m_pending)); // the first is taken first
        return files.empty() ? Result<void>{} : m_visitor(folder.path, files);
    }

    /// Names in the order of their bytes, without what is passed over.
    std::vector<Entry> read_entries(DIR* handle, const std::string& path) {
        std::vector<Entry> entries;
        for (;;) {
            errno = 0;
            const dirent* entry = ::readdir(handle); // NOLINT(concurrency-mt-unsafe): the handle is ours alone
            if (entry == nullptr) {
                if (errno != 0) {
                    add_problem(path, errno);
                }
                break;
            }
            if (!is_skipped(entry->d_name)) {
                entries.push_back({entry->d_name, entry->d_type});
            }
        }
        std::ranges::sort(entries, {}, &Entry::name);
        return entries;
    }

    void look_at(const Entry& entry, int handle_fd, const Pending& folder, std::vector<FoundFile>& files,
                 std::vector<Pending>& folders) {
        struct stat status {};
        unsigned char type = entry.type;
        const bool candidate = is_candidate(entry.name);
        if (type == DT_UNKNOWN || (type == DT_REG && candidate)) {
            if (::fstatat(handle_fd, entry.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
                return; // gone meanwhile
            }
            type = type_of(status);
        }
        std::string path = folder.path.empty() ? entry.name : folder.path + "/" + entry.name;
        if (type == DT_DIR) {
            folders.push_back({std::move(path), folder.way});
        } else if (type == DT_REG && candidate && (folder.way == Way::direct || is_new(status))) {
            files.push_back({entry.name, stamp_of(status)});
        } else if (type == DT_LNK) {
            look_at_link(entry, std::move(path), files, folders);
        }
    }

    void look_at_link(const Entry& entry, std::string path, std::vector<FoundFile>& files, std::vector<Pending>& folders) {
        const auto target = m_root.resolve(path);
        if (!target) {
            if (target.error() == EXDEV && m_outcome.links_out++ == 0) {
                m_outcome.first_link_out = to_display_text(path);
            }
            return; // leads out, or nowhere
        }
        const auto fd = m_root.open_inside(*target, O_PATH | O_NOFOLLOW);
        struct stat status {};
        if (!fd || ::fstat(fd->get(), &status) != 0) {
            return;
        }
        const bool reached_anyway = !has_skipped_component(*target);
        if (S_ISDIR(status.st_mode) && !reached_anyway) {
            folders.push_back({std::move(path), Way::through_link});
        } else if (S_ISREG(status.st_mode) && is_candidate(entry.name) && !(reached_anyway && is_candidate(*target)) &&
                   is_new(status)) {
            files.push_back({entry.name, stamp_of(status)});
        }
    }

    /// Whether no link has led to this file or folder so far, neither to itself nor to a folder around it.
    bool is_new(const struct stat& status) { return m_followed.emplace(status.st_dev, status.st_ino).second; }

    void add_problem(const std::string& path, int error) {
        m_outcome.complete = false;
        if (m_outcome.problems.size() < k_max_problems) {
            const std::string shown = path.empty() ? "The library folder" : "The folder \"" + to_display_text(path) + "\"";
            m_outcome.problems.push_back(fmt::format("{} cannot be read: {}.", shown, std::generic_category().message(error)));
        }
    }

    const Root& m_root;
    const FolderVisitor& m_visitor;
    std::stop_token m_stop;
    std::vector<Pending> m_pending;
    std::set<std::pair<dev_t, ino_t>> m_followed;
    WalkOutcome m_outcome;
};

} // namespace

Result<WalkOutcome> walk(const Root& root, const FolderVisitor& visitor, std::stop_token stop) {
    return Walk(root, visitor, std::move(stop)).run();
}

} // namespace audiomuse::library::detail
