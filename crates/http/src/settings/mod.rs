//! `zitadel.settings.v2.SettingsService`, as far as it is about lockout.

pub(crate) mod get_lockout_settings;

pub(crate) use get_lockout_settings::get_lockout_settings;
