"""The demo: the whole product on an emulator on this machine."""
