#include <analysis/child_main.hpp>

#include <chrono>
#include <exception>
#include <new>
#include <optional>
#include <stop_token>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <malloc.h>

#include <analysis/child_protocol.hpp>
#include <base/log.hpp>
#include <sandbox/child_side.hpp>
#include <sandbox/confinement.hpp>

namespace audiomuse::analysis {

namespace {

using sandbox::Channel;

constexpr auto k_send_limit = std::chrono::minutes(1);

/// The next message, and the descriptor that came with it; nothing at the end of the channel.
struct Incoming {
    ServerMessage message;
    UniqueFd descriptor;
};

Result<std::optional<Incoming>> next_message(Channel& channel) {
    auto received = channel.receive(Channel::Wait::yes);
    if (!received) {
        return fail(std::move(received));
    }
    if (received->state != Channel::State::frame) {
        return std::optional<Incoming>();
    }
    auto message = decode_server_message(received->frame.payload);
    if (!message) {
        return fail(std::move(message));
    }
    return Incoming{std::move(*message), std::move(received->frame.descriptor)};
}

template <class Value>
Answer to_answer(std::uint64_t number, tl::expected<Value, TrackFailure>&& result) {
    if (result) {
        return {number, std::move(*result)};
    }
    return {number, std::move(result).error()};
}

struct Outcome {
    Answer answer;
    enum class Process { sound, spoilt } process = Process::sound;
};

Outcome perform(Analyser& analyser, const Request& request, UniqueFd descriptor) {
    const auto give_up = [&](FailureCode code, std::string reason) {
        return Outcome{{request.number, TrackFailure{code, std::move(reason)}}, Outcome::Process::spoilt};
    };
    try {
        const AudioInput input{std::move(descriptor), request.size_bytes};
        if (request.operation == Operation::identify) {
            return {to_answer(request.number, analyser.identify(input, std::stop_token())), Outcome::Process::sound};
        }
        return {to_answer(request.number, analyser.analyse(input, std::stop_token())), Outcome::Process::sound};
    } catch (const std::bad_alloc&) {
        return give_up(FailureCode::out_of_memory, "The analysis needed more memory than it may have.");
    } catch (const std::exception& error) {
        return give_up(FailureCode::crashed, fmt::format("The analysis failed unexpectedly: {}.", error.what()));
    }
}

int serve(Channel& channel, Analyser& analyser) {
    for (;;) {
        auto incoming = next_message(channel);
        if (!incoming) {
            log::error("Analysis process: {}", incoming.error().message);
            return k_bad_channel;
        }
        if (!*incoming) {
            return k_done;
        }
        const auto* request = std::get_if<Request>(&(*incoming)->message);
        if (request == nullptr || !(*incoming)->descriptor) {
            log::error("Analysis process: the message is no request with a descriptor.");
            return k_bad_channel;
        }
        const auto outcome = perform(analyser, *request, std::move((*incoming)->descriptor));
        if (!channel.send(encode(ChildMessage(outcome.answer)), k_send_limit)) {
            return k_bad_channel;
        }
        if (outcome.process == Outcome::Process::spoilt) {
            return k_given_up;
        }
        ::malloc_trim(0); // a long track's buffers go back to the system, not to the next track's account
    }
}

} // namespace

int run_analysis_child(const AnalyserFactory& make_analyser) {
    auto side = sandbox::enter_child();
    if (!side) {
        log::error("{}", side.error().message);
        return k_cannot_start;
    }
    Channel& channel = side->channel;
    auto first = next_message(channel);
    const auto* setup = first && *first ? std::get_if<Setup>(&(*first)->message) : nullptr;
    if (setup == nullptr) {
        return k_bad_channel;
    }
    std::unique_ptr<Analyser> analyser;
    try {
        analyser = make_analyser(side->descriptors);
    } catch (const std::exception& error) {
        log::error("Analysis process: {}", error.what());
    }
    if (!analyser) {
        return k_cannot_start;
    }
    const Hello hello{sandbox::confine_self(setup->limits)};
    if (!channel.send(encode(ChildMessage(hello)), k_send_limit)) {
        return k_bad_channel;
    }
    return serve(channel, *analyser);
}

} // namespace audiomuse::analysis
