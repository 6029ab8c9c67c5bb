"""A load balancer's rules, each in a line that can be read and compared."""

from typing import Any

from tfdrift.demo.emulator_clients import EmulatorClients


def line_of(clients: EmulatorClients, rule: dict[str, Any]) -> tuple[list[str], list[str], list[str]]:
    """Return a rule's paths, the headers that it wants, and what it does, in order.

    A function goes by its name, and who has no target yet, as the tasks that nobody runs, by ``tasks``.
    """
    paths = [
        path
        for condition in rule["Conditions"]
        for path in condition.get("PathPatternConfig", {"Values": []})["Values"]
    ]
    headers = [
        condition["HttpHeaderConfig"]["HttpHeaderName"]
        for condition in rule["Conditions"]
        if "HttpHeaderConfig" in condition
    ]
    actions = sorted(rule["Actions"], key=lambda action: int(action["Order"]))
    return paths, headers, [_deed(clients, action) for action in actions]


def _deed(clients: EmulatorClients, action: dict[str, Any]) -> str:
    if action["Type"] == "authenticate-oidc":
        return f"sign in or {action['AuthenticateOidcConfig']['OnUnauthenticatedRequest']}"
    health = clients("elbv2").describe_target_health(TargetGroupArn=action["TargetGroupArn"])
    targets = [target["Target"]["Id"].rpartition(":")[2] for target in health["TargetHealthDescriptions"]]
    return targets[0] if targets else "tasks"
