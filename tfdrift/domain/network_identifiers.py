"""The composed ids of load balancing, scaling, DNS, edge and API resources, in the form of `identifiers`."""

from collections.abc import Mapping
from types import MappingProxyType

_APPLICATION_SCALING = "{service_namespace}/{resource_id}/{scalable_dimension}"
_TARGET = ("{target_group_arn},{target_id}", "{target_group_arn},{target_id},{port}")
_REST_METHOD = "{rest_api_id}-{resource_id}-{http_method}"
_TRANSIT_ATTACHMENT = "{transit_gateway_route_table_id}_{transit_gateway_attachment_id}"
_ONE_A_REGION = ("default",)
_RECORD = "{zone_id}_{fqdn|record_name}_{type}"

NETWORK_COMPOSED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        # Amazon VPC and EC2; settings of which a region has one go by the word "default"
        "aws_ebs_encryption_by_default": _ONE_A_REGION,
        "aws_ebs_default_kms_key": _ONE_A_REGION,
        "aws_ebs_snapshot_block_public_access": _ONE_A_REGION,
        "aws_ec2_image_block_public_access": _ONE_A_REGION,
        "aws_ec2_instance_metadata_defaults": _ONE_A_REGION,
        "aws_ec2_serial_console_access": _ONE_A_REGION,
        "aws_vpc_block_public_access_options": _ONE_A_REGION,
        "aws_ec2_default_credit_specification": ("{instance_family}",),
        "aws_ebs_fast_snapshot_restore": ("{availability_zone},{snapshot_id}",),
        "aws_ec2_managed_prefix_list_entry": ("{prefix_list_id},{cidr}",),
        "aws_eip_domain_name": ("{allocation_id}",),
        "aws_network_interface_attachment": ("{attachment_id}",),
        "aws_network_interface_permission": ("{network_interface_permission_id}",),
        "aws_vpc_dhcp_options_association": ("vpc_id={vpc_id}",),
        "aws_vpc_endpoint_connection_accepter": ("{vpc_endpoint_service_id}_{vpc_endpoint_id}",),
        "aws_vpc_endpoint_service_allowed_principal": ("{vpc_endpoint_service_id}/{principal_arn}",),
        "aws_vpc_peering_connection_accepter": ("{vpc_peering_connection_id}",),
        "aws_vpc_peering_connection_options": ("{vpc_peering_connection_id}",),
        "aws_vpc_security_group_vpc_association": ("{security_group_id},{vpc_id}",),
        "aws_vpn_connection_route": ("{destination_cidr_block}:{vpn_connection_id}",),
        "aws_vpn_gateway_attachment": ("{vpn_gateway_id}:{vpc_id}",),
        "aws_vpn_gateway_route_propagation": ("{vpn_gateway_id}_{route_table_id}",),
        "aws_ec2_client_vpn_authorization_rule": (
            "{client_vpn_endpoint_id},{target_network_cidr}",
            "{client_vpn_endpoint_id},{target_network_cidr},{access_group_id}",
        ),
        "aws_ec2_client_vpn_network_association": ("{association_id}",),
        "aws_ec2_client_vpn_route": (
            "{client_vpn_endpoint_id},{target_vpc_subnet_id},{destination_cidr_block}",
        ),
        "aws_ec2_transit_gateway_route": ("{transit_gateway_route_table_id}_{destination_cidr_block}",),
        "aws_ec2_transit_gateway_route_table_association": (_TRANSIT_ATTACHMENT,),
        "aws_ec2_transit_gateway_route_table_propagation": (_TRANSIT_ATTACHMENT,),
        "aws_ec2_transit_gateway_prefix_list_reference": (
            "{transit_gateway_route_table_id}_{prefix_list_id}",
        ),
        "aws_ec2_transit_gateway_vpc_attachment_accepter": ("{transit_gateway_attachment_id}",),
        "aws_ec2_transit_gateway_peering_attachment_accepter": ("{transit_gateway_attachment_id}",),
        # Elastic Load Balancing
        "aws_lb_target_group_attachment": _TARGET,
        "aws_alb_target_group_attachment": _TARGET,
        "aws_lb_listener_certificate": ("{listener_arn}_{certificate_arn}",),
        "aws_alb_listener_certificate": ("{listener_arn}_{certificate_arn}",),
        "aws_lb_trust_store_revocation": ("{trust_store_arn},{revocation_id}",),
        "aws_elb_attachment": ("{elb}:{instance}",),
        "aws_load_balancer_policy": ("{load_balancer_name}:{policy_name}",),
        "aws_lb_cookie_stickiness_policy": ("{load_balancer}:{name}",),
        "aws_app_cookie_stickiness_policy": ("{load_balancer}:{name}",),
        "aws_lb_ssl_negotiation_policy": ("{load_balancer}:{name}",),
        "aws_load_balancer_listener_policy": ("{load_balancer_name}:{load_balancer_port}",),
        "aws_load_balancer_backend_server_policy": ("{load_balancer_name}:{instance_port}",),
        # Auto Scaling
        "aws_autoscaling_attachment": (
            "{autoscaling_group_name}/{lb_target_group_arn}",
            "{autoscaling_group_name}/{elb}",
        ),
        "aws_autoscaling_policy": ("{autoscaling_group_name}/{name}",),
        "aws_autoscaling_schedule": ("{autoscaling_group_name}/{scheduled_action_name}",),
        "aws_autoscaling_lifecycle_hook": ("{autoscaling_group_name}/{name}",),
        "aws_autoscaling_notification": ("{topic_arn}",),
        "aws_autoscaling_group_tag": ("{autoscaling_group_name},{tag[0].key}",),
        "aws_autoscaling_traffic_source_attachment": (
            "{autoscaling_group_name},{traffic_source[0].type},{traffic_source[0].identifier}",
        ),
        "aws_appautoscaling_target": (_APPLICATION_SCALING,),
        "aws_appautoscaling_policy": (f"{_APPLICATION_SCALING}/{{name}}",),
        "aws_appautoscaling_scheduled_action": (f"{_APPLICATION_SCALING}/{{name}}",),
        # Route 53 and its resolver
        "aws_route53_record": (_RECORD, f"{_RECORD}_{{set_identifier}}"),
        "aws_route53_zone": ("{zone_id}",),
        "aws_route53_zone_association": ("{zone_id}:{vpc_id}",),
        "aws_route53_vpc_association_authorization": ("{zone_id}:{vpc_id}",),
        "aws_route53_key_signing_key": ("{hosted_zone_id},{name}",),
        "aws_route53_hosted_zone_dnssec": ("{hosted_zone_id}",),
        "aws_route53_cidr_location": ("{cidr_collection_id},{name}",),
        "aws_route53_resolver_rule_association": ("{resolver_rule_id},{vpc_id}",),
        "aws_route53_resolver_query_log_config_association": (
            "{resolver_query_log_config_id},{resource_id}",
        ),
        "aws_route53_resolver_config": ("resource_id={resource_id}",),
        "aws_route53_resolver_dnssec_config": ("resource_id={resource_id}",),
        "aws_route53_resolver_firewall_config": ("resource_id={resource_id}",),
        "aws_route53_resolver_firewall_rule": ("{firewall_rule_group_id}:{firewall_domain_list_id}",),
        # WAF and CloudFront
        "aws_wafv2_web_acl_association": ("{web_acl_arn},{resource_arn}", "resource_arn={resource_arn}"),
        "aws_wafv2_web_acl_logging_configuration": ("{resource_arn}",),
        "aws_cloudfront_monitoring_subscription": ("{distribution_id}",),
        # API Gateway
        "aws_api_gateway_rest_api_policy": ("{rest_api_id}",),
        "aws_api_gateway_resource": ("{rest_api_id}/{id}",),
        "aws_api_gateway_deployment": ("{rest_api_id}/{id}",),
        "aws_api_gateway_authorizer": ("{rest_api_id}/{id}",),
        "aws_api_gateway_request_validator": ("{rest_api_id}/{id}",),
        "aws_api_gateway_documentation_part": ("{rest_api_id}/{documentation_part_id}",),
        "aws_api_gateway_model": ("{rest_api_id}/{name}",),
        "aws_api_gateway_method": (f"agm-{_REST_METHOD}",),
        "aws_api_gateway_integration": (f"agi-{_REST_METHOD}",),
        "aws_api_gateway_method_response": (f"agmr-{_REST_METHOD}-{{status_code}}",),
        "aws_api_gateway_integration_response": (f"agir-{_REST_METHOD}-{{status_code}}",),
        "aws_api_gateway_stage": ("ags-{rest_api_id}-{stage_name}",),
        "aws_api_gateway_method_settings": ("{rest_api_id}-{stage_name}-{method_path}",),
        "aws_api_gateway_gateway_response": ("aggr-{rest_api_id}-{response_type}",),
        "aws_api_gateway_usage_plan_key": ("{usage_plan_id}/{key_id}",),
        "aws_api_gateway_domain_name": ("{domain_name}",),
        "aws_api_gateway_base_path_mapping": ("{domain_name}/{base_path}",),
        "aws_apigatewayv2_stage": ("{api_id}/{name}",),
        "aws_apigatewayv2_route": ("{api_id}/{id}",),
        "aws_apigatewayv2_integration": ("{api_id}/{id}",),
        "aws_apigatewayv2_authorizer": ("{api_id}/{id}",),
        "aws_apigatewayv2_model": ("{api_id}/{id}",),
        "aws_apigatewayv2_deployment": ("{api_id}/{id}",),
        "aws_apigatewayv2_route_response": ("{api_id}/{route_id}/{id}",),
        "aws_apigatewayv2_integration_response": ("{api_id}/{integration_id}/{id}",),
        "aws_apigatewayv2_domain_name": ("{domain_name}",),
        "aws_apigatewayv2_api_mapping": ("{domain_name}/{id}",),
        # Direct Connect
        "aws_dx_bgp_peer": (
            "{virtual_interface_id}-{address_family}-{bgp_asn}",
            "bgp_peer_id={bgp_peer_id}",
        ),
        "aws_dx_gateway_association": ("association_id={dx_gateway_association_id}",),
        "aws_dx_macsec_key_association": ("{secret_arn}_{connection_id}",),
        "aws_dx_connection_association": ("{connection_id}",),
        "aws_dx_connection_confirmation": ("{connection_id}",),
        "aws_dx_hosted_private_virtual_interface_accepter": ("{virtual_interface_id}",),
        "aws_dx_hosted_public_virtual_interface_accepter": ("{virtual_interface_id}",),
        "aws_dx_hosted_transit_virtual_interface_accepter": ("{virtual_interface_id}",),
        # Network Firewall, Cloud Map, AppSync
        "aws_networkfirewall_logging_configuration": ("{firewall_arn}",),
        "aws_networkfirewall_resource_policy": ("{resource_arn}",),
        "aws_networkfirewall_vpc_endpoint_association": ("{vpc_endpoint_association_arn}",),
        "aws_service_discovery_instance": ("{service_id}/{instance_id}",),
        "aws_appsync_api_cache": ("{api_id}",),
        "aws_appsync_api_key": ("{api_id}:{api_key_id}",),
        "aws_appsync_datasource": ("{api_id}-{name}",),
        "aws_appsync_resolver": ("{api_id}-{type}-{field}",),
        "aws_appsync_function": ("{api_id}-{function_id}",),
        "aws_appsync_type": ("{api_id}:{format}:{name}",),
        "aws_appsync_domain_name": ("{domain_name}",),
        "aws_appsync_domain_name_api_association": ("{domain_name}",),
        "aws_appsync_source_api_association": ("association_id={association_id}",),
    }
)
"""As `tfdrift.domain.identifiers.COMPOSED`, which holds these too."""
