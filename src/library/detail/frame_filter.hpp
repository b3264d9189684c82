#pragma once

#include <taglib/id3v2frame.h>
#include <taglib/id3v2framefactory.h>

namespace audiomuse::library::detail {

/// Lets TagLib parse only the text frames that we read. All others stay unparsed bytes: pictures cost no time, compressed frames
/// are not inflated (they could grow a thousandfold), and chapters, which may nest without end, are not entered.
class FrameFilter final : public TagLib::ID3v2::FrameFactory {
  private:
    /// Names the type of updateFrame's parameter, which TagLib protects.
    struct FrameTypes : TagLib::ID3v2::Frame {
        using Frame::Header;
    };

  protected:
    bool updateFrame(FrameTypes::Header* header) const override;
};

} // namespace audiomuse::library::detail
