"""The ingest stack: what takes evidence in, and the functions that turn it into drifts and events."""

from dataclasses import dataclass

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.config import DeploymentConfig
from infra.constructs import table_access as access
from infra.constructs.alarms import Alarms
from infra.constructs.central_bus import CentralBus, CentralBusProps
from infra.constructs.cloudtrail_source import LOG_FILE_SUFFIX, CloudTrailSource, CloudTrailSourceProps
from infra.constructs.dead_letters import DeadLetters
from infra.constructs.falco_source import FalcoSource, FalcoSourceProps
from infra.constructs.fingerprint_key import FingerprintKey
from infra.constructs.held_schedule import HeldSchedule, HeldScheduleProps
from infra.constructs.log_bucket import AccessLogBucket
from infra.constructs.machine_token import MachineToken
from infra.constructs.member_objects import MemberObjects, MemberObjectsProps
from infra.constructs.product_function import ProductFunction, ProductFunctionProps
from infra.constructs.state_source import STATE_DETAIL_TYPES, StateSource, StateSourceProps
from infra.constructs.table_access import TableAccess
from infra.constructs.work_queue import WorkQueue, WorkQueueProps
from infra.settings import product_settings, state_settings
from infra.stacks.data import DataStack

_QUICK = Duration.seconds(60)
# A state of a hundred megabytes is read, compared and indexed in one invocation; a log file may hold
# thousands of calls, each a few writes.
_WHOLE_FILES = Duration.seconds(300)
_HELD_EVERY = Duration.minutes(1)


@dataclass(frozen=True, slots=True)
class IngestProps:
    """The options, and the tables that the functions work on."""

    config: DeploymentConfig
    data: DataStack
    log_retention: logs.RetentionDays


class IngestStack(Stack):
    """CloudTrail, Falco and Terraform states come in here; the REST API's function stands beside them."""

    def __init__(self, scope: Construct, construct_id: str, props: IngestProps, *, stack_name: str) -> None:
        super().__init__(
            scope, construct_id, stack_name=stack_name, description="TFDrift: evidence in, REST API out"
        )
        self._props = props
        self._code = lambda_.Code.from_asset(str(props.config.lambda_bundle))
        self._encryption = props.data.encryption
        self._key = FingerprintKey(self, "FingerprintKey", self._encryption)
        self._alarms = Alarms(self, "Alarms", topic_arn=props.config.alarm_topic_arn)
        self._access_logs = AccessLogBucket(self, "AccessLogs").bucket
        self.functions: list[ProductFunction] = []
        self.queues: list[WorkQueue] = []
        self.token = self._add_token()
        self._add_cloudtrail()
        self._add_states()
        self.falco = self._add_falco()
        self.api = self._add_api()
        self._add_held()

    def _add_cloudtrail(self) -> None:
        calls = self._queue("CloudTrailQueue", _QUICK)
        files = self._queue("LogFileQueue", _WHOLE_FILES)
        source = CloudTrailSource(
            self,
            "CloudTrailSource",
            CloudTrailSourceProps(
                calls=calls,
                files=files,
                access_logs=self._access_logs,
                create_trail=self._props.config.create_trail,
                record_sources=self._props.config.record_sources,
                existing_log_files=self._props.config.log_file_buckets,
                encryption=self._encryption,
            ),
        )
        self._bus = self._add_central_bus(calls)
        live = self._ingesting("CloudTrail", "cloudtrail", _QUICK, memory_mib=1024)
        live.read_from(calls, max_concurrency=10)
        reconciling = self._ingesting("LogFiles", "cloudtrail", _WHOLE_FILES, memory_mib=1024)
        # One file a time: a heavy one neither delays others nor has them delivered again.
        reconciling.read_from(files, max_concurrency=5, batch_size=1)
        source.grant_read_log_files(reconciling)
        if self._bus is not None and self._props.config.member_log_files:
            MemberObjects(
                self,
                "MemberLogFiles",
                MemberObjectsProps(
                    bus=self._bus,
                    work=files,
                    function=reconciling,
                    buckets=self._props.config.member_log_files,
                    key_suffixes=(LOG_FILE_SUFFIX,),
                    detail_types=("Object Created",),
                ),
            )
        self.queues += [calls, files]
        self._alarms.watch_queue(calls)
        self._alarms.watch_queue(files, whole_files=True)

    def _add_central_bus(self, calls: WorkQueue) -> events.IEventBus | None:
        """Return the bus that other accounts and regions send to; None where there are none."""
        config = self._props.config
        if config.central_bus_name is None:
            return None
        props = CentralBusProps(
            name=config.central_bus_name, calls=calls, organization_id=config.organization_id
        )
        return CentralBus(self, "CentralBus", props).bus

    def _add_states(self) -> None:
        work = self._queue("StateQueue", _WHOLE_FILES)
        source = StateSource(
            self,
            "StateSource",
            StateSourceProps(
                work=work,
                access_logs=self._access_logs,
                key_suffixes=self._props.config.state_key_suffixes,
                existing_buckets=self._props.config.state_buckets,
                encryption=self._encryption,
            ),
        )
        function = self._ingesting(
            "State",
            "tfstate",
            _WHOLE_FILES,
            memory_mib=2048,
            extra=state_settings(self._props.config, source.bucket_names),
            on_events=access.EVENTS_OF_STATES,
            on_states=access.STATES_OF_STATES,
        )
        function.read_from(work, max_concurrency=5)
        source.grant_read(function)
        if self._bus is not None and self._props.config.member_states:
            MemberObjects(
                self,
                "MemberStates",
                MemberObjectsProps(
                    bus=self._bus,
                    work=work,
                    function=function,
                    buckets=self._props.config.member_states,
                    key_suffixes=self._props.config.state_key_suffixes,
                    detail_types=STATE_DETAIL_TYPES,
                    lists=True,
                ),
            )
        self.queues.append(work)
        self._alarms.watch_queue(work, whole_files=True)

    def _add_falco(self) -> ProductFunction:
        work = self._queue("FalcoQueue", _QUICK)
        FalcoSource(self, "FalcoSource", FalcoSourceProps(work=work))
        function = self._ingesting("Falco", "falco", _QUICK, memory_mib=1024)
        self._ask_for_token(function)
        function.read_from(work, max_concurrency=10)
        self.queues.append(work)
        self._alarms.watch_queue(work)
        return function

    def _add_api(self) -> ProductFunction:
        function = self._function("Api", "api", _QUICK, memory_mib=1024)
        self._props.data.events.grant(function.role, access.EVENTS_OF_API)
        self._props.data.state.grant(function.role, access.STATES_OF_READERS)
        self._ask_for_token(function)
        return function

    def _add_token(self) -> MachineToken | None:
        """Return the machines' token, which there is where people sign in."""
        if self._props.config.sign_in is None:
            return None
        token = MachineToken(self, "MachineToken", self._encryption)
        days = self._props.config.token_rotation_days
        if days == 0:
            token.never_rotate()
        else:
            function = self._function("TokenRotation", "rotate_token", _QUICK, memory_mib=256)
            token.rotate_with(function, days)
            self._alarms.watch_rotation(function)
        return token

    def _ask_for_token(self, function: ProductFunction) -> None:
        if self.token is not None:
            function.function.add_environment("TFDRIFT_API_TOKEN_SECRET_ARN", self.token.arn)
            self.token.grant_read(function.role)

    def _add_held(self) -> None:
        failed = DeadLetters(self, "HeldDeadLetters", name="HeldDeadLetters", encryption=self._encryption)
        function = self._ingesting(
            "Held",
            "held",
            _QUICK,
            memory_mib=512,
            on_events=access.EVENTS_OF_PASS,
            dead_letters=failed,
        )
        HeldSchedule(
            self,
            "HeldSchedule",
            HeldScheduleProps(function=function, dead_letters=failed.queue, every=_HELD_EVERY),
        )
        self._alarms.watch_dead_letters(failed)
        self._alarms.watch_schedule(function)

    def _ingesting(
        self,
        construct_id: str,
        handler: str,
        timeout: Duration,
        *,
        memory_mib: int,
        extra: dict[str, str] | None = None,
        on_events: TableAccess = access.EVENTS_OF_CALLS,
        on_states: TableAccess = access.STATES_OF_CALLS,
        dead_letters: DeadLetters | None = None,
    ) -> ProductFunction:
        """Return a function that writes drifts and events, compares with the state, and fingerprints."""
        function = self._function(
            construct_id,
            handler,
            timeout,
            memory_mib=memory_mib,
            extra={"TFDRIFT_FINGERPRINT_SECRET_ARN": self._key.arn, **(extra or {})},
            dead_letters=dead_letters,
        )
        self._key.grant_read(function.role)
        self._props.data.events.grant(function.role, on_events)
        self._props.data.state.grant(function.role, on_states)
        return function

    def _function(
        self,
        construct_id: str,
        handler: str,
        timeout: Duration,
        *,
        memory_mib: int,
        extra: dict[str, str] | None = None,
        dead_letters: DeadLetters | None = None,
    ) -> ProductFunction:
        function = ProductFunction(
            self,
            construct_id,
            ProductFunctionProps(
                handler=handler,
                code=self._code,
                timeout=timeout,
                memory_mib=memory_mib,
                log_retention=self._props.log_retention,
                environment={**product_settings(self._props.config, self._props.data), **(extra or {})},
                encryption=self._encryption,
                dead_letters=dead_letters,
            ),
        )
        self._alarms.watch_function(function)
        self.functions.append(function)
        return function

    def _queue(self, construct_id: str, timeout: Duration) -> WorkQueue:
        return WorkQueue(
            self, construct_id, WorkQueueProps(function_timeout=timeout, encryption=self._encryption)
        )
