"""Names of attributes that hold secrets by the provider's schema, whether or not a state marks them."""

import re
from functools import lru_cache

# Attributes that the provider's schema marks as sensitive, and write-only ones, that hold a secret under
# whatever type they stand. The bindings of cdktf carry no such marks; those of Pulumi, which are made of the
# same schema, do (the `additional_secret_outputs` of pulumi-aws 6.83.0, resources' own attributes only).
# Attributes of nested blocks were added from the provider's documentation:
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs
_NAMES = frozenset(
    {
        "access_key",
        "access_token",
        "admin_password",
        "admin_user_password",
        "api_key_value",
        "api_secret_key",
        "application_key",
        "auth_code",
        "auth_token",
        "basic_auth_credentials",
        "bearer_token",
        "certificate_private_key",
        "client_key",
        "client_secret",
        "connection_password",
        "custom_cookbooks_source_password",
        "customer_key",
        "db_password",
        "encrypted_password",
        "encrypted_private_key",
        "encrypted_ses_smtp_password_v4",
        "fsx_admin_password",
        "grant_token",
        "hec_token",
        "hsm_partition_password",
        "kerberos_keytab",
        "key_material",
        "key_material_base64",
        "key_passphrase",
        "master_password",
        "master_password_wo",
        "master_user_password",
        "oauth_token",
        "OAuthToken",
        "passphrase",
        "password",
        "password_wo",
        "passwords",
        "plaintext",
        "pre_shared_key",
        "private_key",
        "private_key_pem",
        "refresh_token",
        "sas_token",
        "secret",
        "secret_access_key",
        "secret_binary",
        "secret_key",
        "secret_string",
        "secret_string_wo",
        "service_json",
        "service_password",
        "ses_smtp_password_v4",
        "session_token",
        "shared_secret",
        "signing_private_key",
        "smb_guest_password",
        "source_customer_key",
        "ssh_key",
        "svm_admin_password",
        "temporary_password",
        "token_key",
        "tunnel1_preshared_key",
        "tunnel2_preshared_key",
        "user_password",
        "web_auth_token",
    }
)

# Attributes that hold a secret in these types and something public in others.
_BY_TYPE = frozenset(
    {
        ("aws_api_gateway_api_key", "value"),
        ("aws_appconfig_hosted_configuration_version", "content"),
        ("aws_appsync_api_key", "key"),
        ("aws_cloudcontrolapi_resource", "schema"),
        ("aws_cloudwatch_event_connection", "value"),
        ("aws_codebuild_source_credential", "token"),
        ("aws_cognito_identity_provider", "provider_details"),
        ("aws_connect_instance", "key"),
        ("aws_directory_service_shared_directory", "notes"),
        ("aws_dms_certificate", "certificate_pem"),
        ("aws_dms_certificate", "certificate_wallet"),
        ("aws_glue_connection", "athena_properties"),
        ("aws_glue_connection", "connection_properties"),
        ("aws_grafana_workspace_api_key", "key"),
        ("aws_grafana_workspace_service_account_token", "key"),
        ("aws_iot_ca_certificate", "ca_certificate_pem"),
        ("aws_iot_ca_certificate", "verification_certificate_pem"),
        ("aws_iot_certificate", "ca_pem"),
        ("aws_iot_certificate", "certificate_pem"),
        ("aws_iot_certificate", "public_key"),
        ("aws_kms_ciphertext", "ciphertext_blob"),
        ("aws_lightsail_key_pair", "encrypted_fingerprint"),
        ("aws_mwaa_environment", "airflow_configuration_options"),
        ("aws_pinpoint_adm_channel", "client_id"),
        ("aws_pinpoint_apns_channel", "bundle_id"),
        ("aws_pinpoint_apns_channel", "certificate"),
        ("aws_pinpoint_apns_channel", "team_id"),
        ("aws_pinpoint_apns_channel", "token_key_id"),
        ("aws_pinpoint_baidu_channel", "api_key"),
        ("aws_pinpoint_gcm_channel", "api_key"),
        ("aws_redshiftserverless_namespace", "admin_username"),
        ("aws_s3_bucket_object_lock_configuration", "token"),
        ("aws_s3_bucket_replication_configuration", "token"),
        ("aws_s3_object_copy", "kms_encryption_context"),
        ("aws_s3_object_copy", "kms_key_id"),
        ("aws_sns_platform_application", "platform_credential"),
        ("aws_sns_platform_application", "platform_principal"),
        ("aws_ssm_parameter", "insecure_value"),
        ("aws_ssm_parameter", "value"),
        ("aws_ssm_parameter", "value_wo"),
        ("aws_transfer_certificate", "certificate"),
        ("aws_transfer_certificate", "certificate_chain"),
        ("aws_transfer_server", "host_key"),
        ("aws_transfer_server", "post_authentication_login_banner"),
        ("aws_transfer_server", "pre_authentication_login_banner"),
        ("aws_vpn_connection", "customer_gateway_configuration"),
        ("aws_wafv2_api_key", "api_key"),
    }
)

# The same names as CloudTrail's parameters have them (``masterUserPassword``), and parameters that hold a
# secret in the calls of one service only.
_PARAMETERS = frozenset(name.replace("_", "").lower() for name in _NAMES)
_BY_SOURCE = frozenset(
    {
        ("appsync.amazonaws.com", "apikey"),
        ("codebuild.amazonaws.com", "token"),
        ("glue.amazonaws.com", "connectionproperties"),
        ("pinpoint.amazonaws.com", "apikey"),
        ("ssm.amazonaws.com", "value"),
    }
)

_STEP = re.compile(r"[^.\[\]]+")


@lru_cache(maxsize=65_536)
def is_secret(resource_type: str, path: str) -> bool:
    """Return whether an attribute, named by its Terraform path, holds a secret or lies in one."""
    steps = _STEP.findall(path)
    return any(step in _NAMES or (resource_type, step) in _BY_TYPE for step in steps)


def is_secret_parameter(event_source: str, name: str) -> bool:
    """Return whether a parameter of a call holds a secret; lower case and underscores do not matter."""
    squeezed = name.replace("_", "").lower()
    return squeezed in _PARAMETERS or (event_source, squeezed) in _BY_SOURCE
