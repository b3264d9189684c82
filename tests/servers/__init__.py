"""Media servers for the tests: fakes of Jellyfin and of Subsonic servers, starters of real ones, faults, a slow link. See README.md."""
