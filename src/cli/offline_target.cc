#include <fmt/format.h>

#include <filesystem>

#include "auth/server_secret.h"
#include "auth/tokens.h"
#include "base/blocking.h"
#include "catalog/applications.h"
#include "catalog/catalog.h"
#include "cli/import_target.h"
#include "cli/offline_accounts.h"
#include "cli/stopped_directory.h"
#include "config/data_layout.h"
#include "ingest/catalog_types.h"
#include "ingest/committer.h"
#include "ingest/decoder.h"

namespace eyed::cli {
namespace {

constexpr std::size_t kPadding = 64;  // what the decoder may read past an event

ingest::Limits limits_of(const config::Settings& settings) {
    return {settings.ingest.future_tolerance, settings.ingest.max_batch, settings.ingest.max_depth};
}

/// The intake without a server: the same decoder, types and committer over the same log.
class OfflineTarget final : public ImportTarget {
  public:
    OfflineTarget(const config::Settings& settings, std::unique_ptr<StoppedDirectory> directory,
                  std::unique_ptr<OfflineAccounts> accounts, std::unique_ptr<log::Log> log,
                  ApplicationId application)
        : directory_(std::move(directory)),
          accounts_(std::move(accounts)),
          log_(std::move(log)),
          application_(application),
          identity_(identity_of(settings, *accounts_, application)),
          type_directory_(accounts_->catalog().event_types()),
          types_(type_directory_, pool_, {settings.ingest.max_types}),
          decoder_(types_, limits_of(settings)),
          committer_(*log_, types_) {}

    Status start() { return types_.refresh(); }

    Result<ImportCounts> send(const ImportLines& lines) override {
        text_ = lines.text;
        text_.append(kPadding, '\0');
        decoded_.clear();
        ingest::Sender sender;
        sender.application = application_;
        sender.now = directory_->clock().now();
        const std::string_view all(text_.data(), lines.text.size());
        for (std::size_t at = 0; at < all.size();) {
            const auto end = std::min(all.find('\n', at), all.size());
            decoder_.import_line(sender, all.substr(at, end - at), decoded_);
            at = end + 1;
        }
        EYED_TRY(loop_.run(committer_.commit(decoded_, loop_)));
        return ImportCounts{decoded_.accepted, decoded_.duplicates, decoded_.rejected};
    }

    std::string identity() const override { return identity_; }

  private:
    /// The secret tells a directory from one that was made anew in its place, the path from a copy.
    static std::string identity_of(const config::Settings& settings,
                                   const OfflineAccounts& accounts, ApplicationId application) {
        std::error_code error;
        const auto data = std::filesystem::weakly_canonical(settings.data, error);
        return fmt::format("{} {} {}", error ? settings.data : data.string(),
                           auth::to_hex(accounts.secret().sign("import", "identity")),
                           application.value);
    }

    std::unique_ptr<StoppedDirectory> directory_;
    std::unique_ptr<OfflineAccounts> accounts_;
    std::unique_ptr<log::Log> log_;
    const ApplicationId application_;
    const std::string identity_;
    ingest::CatalogTypes type_directory_;
    WorkerPool pool_{{"import", 1, 16}};
    ingest::Types types_;
    ingest::Decoder decoder_;
    ingest::Committer committer_;
    BlockingLoop loop_;
    ingest::Decoded decoded_;
    std::string text_;
};

}  // namespace

Result<std::unique_ptr<ImportTarget>> make_offline_target(const config::Settings& settings,
                                                          const std::string& application) {
    if (auto problem = auth::Accounts::name_problem(application); !problem.empty())
        return failure(Code::kInvalidArgument, "--application: " + problem);
    EYED_TRY(io::make_file_system()->create_directories(
        config::DataLayout{settings.data}.journal()));  // an import may be the first thing there is
    EYED_ASSIGN(auto directory, StoppedDirectory::open(settings));
    EYED_ASSIGN(auto accounts, OfflineAccounts::open(settings, OfflineAccounts::Missing::kCreate));
    EYED_ASSIGN(const auto sender,
                accounts->catalog().applications().find_or_create(
                    {application, UserId{}, accounts->clock().now()}, kByCommand));
    EYED_ASSIGN(auto log, directory->open_log());
    auto target = std::make_unique<OfflineTarget>(settings, std::move(directory),
                                                  std::move(accounts), std::move(log), sender.id);
    EYED_TRY(target->start());
    return target;
}

}  // namespace eyed::cli
