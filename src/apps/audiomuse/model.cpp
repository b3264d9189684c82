#include "model.hpp"

#include <span>
#include <utility>

#include <analysis/shared_network.hpp>
#include <base/files.hpp>
#include <nn/embedded_model.hpp>
#include <nn/weight_file.hpp>

namespace audiomuse::apps {

Result<Model> open_model(const settings::Settings& settings) {
    Model model;
    if (!settings.model_file.empty()) {
        auto bytes = read_file(settings.model_file, nn::WeightFile::k_max_bytes);
        if (!bytes) {
            return fail(std::move(bytes));
        }
        auto shared = analysis::share_network(std::as_bytes(std::span(*bytes)));
        if (!shared) {
            Error error = std::move(shared).error();
            error.message = "The model_file " + settings.model_file.string() + " cannot be used: " + error.message;
            return tl::unexpected(std::move(error));
        }
        model.network = std::move(*shared);
        model.origin = settings.model_file.string();
        return model;
    }
    if (nn::embedded_model().empty()) {
        model.absence = "this executable was built without the model, and model_file names none";
        return model;
    }
    auto shared = analysis::share_network(nn::embedded_model());
    if (!shared) {
        return fail(std::move(shared));
    }
    model.network = std::move(*shared);
    model.origin = "the model inside the executable";
    return model;
}

std::string absence_sentence(const Model& model) { return "Moods, tags and embedding are unavailable: " + model.absence + "."; }

} // namespace audiomuse::apps
