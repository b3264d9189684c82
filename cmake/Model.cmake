# The MusiCNN weight file that the build embeds.
