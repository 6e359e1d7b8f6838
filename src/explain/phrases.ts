import type { CauseCode } from "./cause-table.ts";

/** One cause, and words by which it is known: see {@link phrasePattern} for what may stand in them. */
export interface Rule {
  readonly code: CauseCode;
  readonly phrases: readonly string[];
}

/** An HTTP status as programs write it. */
function status(code: number, reason: string): string[] {
  const before = ["HTTP ", "HTTP/1.1 ", "HTTP/2 ", "HTTP Error ", "HTTP status ", "status code ", "status code: "];
  const inJson = ['"status": ', '"status":', "status: ", "error code: "];
  const numbers = [...before, ...inJson].map((words) => `${words}${code}`);
  return [`${code} ${reason}`, `${code} Client Error`, `${code} Server Error`, ...numbers];
}

/** Phrases as they are listed here: one after another between `|` or on a line of its own. */
function listed(text: string): string[] {
  return text
    .split(/[|\n]/)
    .map((phrase) => phrase.trim())
    .filter((phrase) => phrase !== "");
}

/**
 * By which words each cause is known; the first rule that fits wins, so that narrow ones stand before wide ones, and a cause may have
 * several. Names of exceptions, numbers of errors and sentences of the usual systems: Python and Frappe, MariaDB, PostgreSQL, SQLite, Node,
 * HTTP clients, Checkmk.
 */
export const rules: readonly Rule[] = [
  {
    code: "field_unknown",
    phrases: listed(`Field not permitted in query | Extra inputs are not permitted | unexpected keyword argument`),
  },
  {
    code: "memory_exhausted",
    phrases: listed(`
      MemoryError | OutOfMemoryError | ENOMEM | OOMKilled | oom-killer | std::bad_alloc | out of memory
      out of shared memory | cannot allocate memory | insufficient memory | memory limit exceeded | memory limit reached
      exceeded … memory limit | memory limit of … exceeded | Unable to allocate … for an array
      Allowed memory size of … exhausted | Array buffer allocation failed | OOM command not allowed
    `),
  },
  {
    code: "disk_full",
    phrases: [
      ...listed(`
      ENOSPC | EDQUOT | no space left | disk full | disk is full | disk quota exceeded | not enough space on the disk
      insufficient disk space | could not extend file | The table … is full
    `),
      ...status(507, "Insufficient Storage"),
    ],
  },
  { code: "too_many_open_files", phrases: listed(`EMFILE | ENFILE | too many open files`) },
  {
    code: "read_only_system",
    phrases: listed(`
      EROFS | read-only file system | readonly database | read-only transaction | read only replica | InReadOnlyMode
      in read-only mode | in read only mode | running with the --read-only option | database is read-only
      database is read only
    `),
  },
  {
    code: "modified_meanwhile",
    phrases: [
      ...listed(`
      TimestampMismatchError | has been modified after you have opened it | the object has been modified
      modified by another user | changed by another user | deleted by another transaction | OptimisticLockException
      StaleObjectStateException | StaleDataError | StaleObjectError | optimistic lock | version conflict
      version_conflict_engine_exception | match the object's ETag
    `),
      ...status(412, "Precondition Failed"),
      ...status(428, "Precondition Required"),
    ],
  },
  {
    code: "locked",
    phrases: [
      ...listed(`
      database is locked | table is locked | SQLITE_BUSY | SQLITE_LOCKED | QueryDeadlockError | deadlock found
      deadlock detected | lock wait timeout | due to lock timeout | QueryTimeoutError | could not obtain lock
      could not acquire lock | could not get lock | unable to acquire lock | could not serialize access
      SerializationFailure | WriteConflict | write conflict | DocumentLockedError | document is locked | is currently locked
      MKConfigLockTimeout | EBUSY | ETXTBSY | device or resource busy | resource busy or locked
      being used by another process
    `),
      ...status(423, "Locked"),
    ],
  },
  {
    code: "still_referenced",
    phrases: listed(`
      LinkExistsError | cannot delete or cancel because | still referenced | still in use
      Cannot delete or update a parent row | conflicted with the REFERENCE constraint | child record found
      update or delete on table … violates foreign key constraint | ORA-02292 | ProtectedError | RestrictedError
      cannot be deleted because it is used | cannot delete … is used by | cannot delete … is referenced by
    `),
  },
  {
    code: "reference_broken",
    phrases: listed(`
      LinkValidationError | violates foreign key constraint | Cannot add or update a child row
      FOREIGN KEY constraint failed | conflicted with the FOREIGN KEY constraint | ORA-02291 | parent key not found
      is not present in table
    `),
  },
  {
    code: "duplicate",
    phrases: listed(`
      DuplicateEntryError | UniqueValidationError | DuplicateKeyError | duplicate entry | duplicate key | duplicate name
      UNIQUE constraint failed | violates unique constraint | unique constraint … violated | already exists | already exist
      AlreadyExists | FileExistsError | EEXIST | file exists | E11000 | ORA-00001 | must be unique | is not unique
      already been taken | is already taken
    `),
  },
  {
    code: "value_missing",
    phrases: listed(`
      MandatoryError | value missing for | is mandatory | are mandatory | mandatory field | missing required
      missing data for required | required positional argument | required keyword-only | field is required | field required
      required field | required fields | a required property | required property | required parameter | required argument
      parameter is required | cannot be null | may not be null | must not be null | may not be blank | cannot be empty
      must not be empty | null value in column | NOT NULL constraint failed | doesn't have a default value
      cannot insert NULL | cannot insert the value NULL | ORA-01400 | received undefined | "message": "Required"
      "message":"Required"
    `),
  },
  {
    code: "too_many_requests",
    phrases: [
      ...listed(`
      TooManyRequestsError | TooManyRequests | RateLimitExceededError | RateLimitError | too many requests
      rate limit exceeded | rate limit reached | rate limit hit | rate limited | exceeded … rate limit | hit … rate limit
      rate_limit_exceeded | rate_limit_error | throttled | ThrottlingException | RequestLimitExceeded | SlowDown
      too many connections | too many clients | remaining connection slots are reserved
    `),
      ...status(429, "Too Many Requests"),
    ],
  },
  {
    code: "quota_exceeded",
    phrases: [
      ...listed(`
      quota exceeded | exceeded … quota | quota … exceeded | QuotaExceeded | QuotaExceededError | insufficient_quota
      RESOURCE_EXHAUSTED | ResourceExhausted | credit balance is too low | insufficient credits | usage limit reached
      monthly limit reached
    `),
      ...status(402, "Payment Required"),
    ],
  },
  {
    code: "authentication_failed",
    phrases: [
      ...listed(`
      AuthenticationError | AuthenticationFailed | authentication failed | authentication required
      authentication is required | invalid login credentials | invalid credentials | bad credentials | wrong credentials
      invalid username or password | incorrect password | wrong password | (using password: YES) | (using password: NO)
      login failed for user | could not authenticate | invalid api key | incorrect api key | api key not valid
      invalid_api_key | invalid token | token expired | token has expired | expired token | ExpiredToken | jwt expired
      invalid_grant | invalid_token | SessionExpired | session expired | session has expired | login required
      login is required | not logged in | not authenticated | unauthenticated | CSRFTokenError | InvalidKeyError | NOAUTH
      WRONGPASS | could not read Username
    `),
      ...status(401, "Unauthorized"),
    ],
  },
  {
    code: "permission_denied",
    phrases: [
      ...listed(`
      PermissionError | permission denied | PERMISSION_DENIED | EACCES | EPERM | not permitted | access denied
      access is denied | AccessDenied | AccessDeniedException | no permission for | does not have … access
      don't have access | do not have access | have permission | the permission to | insufficient permission
      insufficient permissions | insufficient privilege | insufficient privileges | insufficient_scope | missing permission
      missing permissions | lacks permission | not authorized | not allowed to access | not allowed to see
      you are not allowed | is not whitelisted | must be owner of | command denied to user | MKAuthException | ORA-01031
      NOPERM
    `),
      ...status(403, "Forbidden"),
    ],
  },
  {
    code: "tls_failed",
    phrases: listed(`
      CERTIFICATE_VERIFY_FAILED | certificate verify failed | self signed certificate | self-signed certificate
      unable to verify the first certificate | certificate has expired | CERT_HAS_EXPIRED | ERR_TLS_CERT_ALTNAME_INVALID
      UNABLE_TO_VERIFY_LEAF_SIGNATURE | DEPTH_ZERO_SELF_SIGNED_CERT | unable to get local issuer certificate | SSLError
      SSL certificate problem | SSL handshake | TLS handshake | handshake failure | wrong version number | x509: certificate
      hostname mismatch | certificate is not yet valid | SSL routines | EPROTO
    `),
  },
  { code: "host_lookup_failed", phrases: listed(`EAI_AGAIN | temporary failure in name resolution | SERVFAIL`) },
  {
    code: "host_unknown",
    phrases: listed(`
      ENOTFOUND | name or service not known | could not resolve host | could not resolve hostname
      nodename nor servname provided | no such host is known | no such host | UnknownHostException | NameResolutionError
      getaddrinfo failed | could not translate host name | Unknown MySQL server host | NXDOMAIN | ERR_NAME_NOT_RESOLVED
      no address associated with hostname
    `),
  },
  {
    code: "host_unreachable",
    phrases: listed(`
      EHOSTUNREACH | ENETUNREACH | EHOSTDOWN | ENETDOWN | no route to host | network is unreachable | network unreachable
      host is unreachable | destination host unreachable | network is down
    `),
  },
  {
    code: "connection_refused",
    phrases: listed(`
      ECONNREFUSED | ERR_CONNECTION_REFUSED | connection refused | connection was refused | actively refused it
      all connection attempts failed | ConnectionRefusedError
    `),
  },
  {
    code: "timed_out",
    phrases: [
      ...listed(`
      TimeoutError | ETIMEDOUT | ESOCKETTIMEDOUT | timed out | timedout | timeout … exceeded | timeout exceeded
      timeout expired | exceeded … timeout | due to timeout | ReadTimeout | ConnectTimeout | ConnectTimeoutError
      WriteTimeout | TimeoutException | TimeoutExpired | deadline exceeded | DEADLINE_EXCEEDED | due to statement timeout
      max_statement_time exceeded | statement execution time exceeded | UND_ERR_HEADERS_TIMEOUT | UND_ERR_CONNECT_TIMEOUT
      UND_ERR_BODY_TIMEOUT | SoftTimeLimitExceeded | JobTimeoutException | MKTimeout | RequestTimeout | time limit exceeded
      took too long | request timeout
    `),
      ...status(504, "Gateway Timeout"),
      ...status(504, "Gateway Time-out"),
      ...status(408, "Request Timeout"),
    ],
  },
  {
    code: "connection_lost",
    phrases: listed(`
      ECONNRESET | ECONNABORTED | EPIPE | connection reset | connection was reset | ConnectionResetError | broken pipe
      BrokenPipeError | socket hang up | other side closed | UND_ERR_SOCKET | connection closed | connection was closed
      closed the connection | closed connection | connection aborted | connection terminated | terminating connection
      server has gone away | lost connection to | RemoteDisconnected | ServerDisconnectedError | server disconnected
      IncompleteRead | premature close | ERR_STREAM_PREMATURE_CLOSE | unexpected EOF | EOF occurred in violation of protocol
      client not connected
    `),
  },
  {
    code: "service_unavailable",
    phrases: [
      ...listed(`
      service unavailable | ServiceUnavailable | temporarily unavailable | maintenance mode | under maintenance
      SessionStopped | is starting up | is shutting down | overloaded_error | server is overloaded | 14 UNAVAILABLE
      Redis is loading the dataset | site is not running | site is currently not reachable
    `),
      ...status(503, "Service Unavailable"),
      ...status(502, "Bad Gateway"),
    ],
  },
  {
    code: "dependency_missing",
    phrases: listed(`
      ModuleNotFoundError | ImportError | no module named | cannot find module | cannot find package | ERR_MODULE_NOT_FOUND
      MODULE_NOT_FOUND | could not find a version that satisfies | no matching distribution found | command not found
      executable file not found | executable not found | executable doesn't exist
      is not recognized as an internal or external command | spawn … ENOENT | cannot open shared object file
      error while loading shared libraries | DLL load failed | not installed | ClassNotFoundException | NoClassDefFoundError
      DependencyError
    `),
  },
  {
    code: "field_unknown",
    phrases: listed(`
      unknown column | no such column | column … does not exist | invalid column name | has no column | has no field
      no field named | unknown field | unrecognized field | cannot query field | unrecognized key | unrecognized_keys
      unknown argument | additional properties
    `),
  },
  {
    code: "data_malformed",
    phrases: listed(`
      JSONDecodeError | not valid JSON | in JSON at position | end of JSON input | invalid JSON | malformed JSON
      failed to parse JSON | JSON parse error | expecting value: line | extra data: line | expecting property name
      looking for beginning of value | UnicodeDecodeError | UnicodeEncodeError | codec can't decode | codec can't encode
      invalid utf-8 | invalid byte sequence | incorrect string value | XMLSyntaxError | not well-formed | mismatched tag
      BadZipFile | not a zip file | EmptyDataError | error tokenizing data | ScannerError | ParserError
      mapping values are not allowed | incorrect padding | invalid base64 | disk image is malformed
    `),
  },
  {
    code: "syntax_invalid",
    phrases: listed(`
      SyntaxError | syntax error | error in your SQL syntax | IndentationError | unterminated quoted string
      unterminated string | unexpected token | incorrect syntax near | ORA-00933
    `),
  },
  {
    code: "too_large",
    phrases: [
      ...listed(`
      request entity too large | payload too large | content too large | message too large | file too large
      request too large | max_allowed_packet | CharacterLengthExceededError | data too long for column
      value too long for type | would be truncated | maximum context length | context length exceeded
      context_length_exceeded | exceeds the maximum size | exceeds maximum size | exceeds the maximum length | EFBIG
      EMSGSIZE | invalid string length | MaxFileSizeReachedError | larger than the maximum
    `),
      ...status(413, "Payload Too Large"),
      ...status(414, "URI Too Long"),
    ],
  },
  {
    code: "state_conflict",
    phrases: [
      ...listed(`
      UpdateAfterSubmitError | DocstatusTransitionError | WorkflowTransitionError | CancelledLinkError
      cannot edit cancelled | cannot edit submitted | submitted record cannot be deleted
      not allowed to change … after submission | not a valid workflow action | before submitting | ClosedAccountingPeriod
      NegativeStockError | needed in … to complete this transaction | InvalidStateError | IllegalStateException | ENOTEMPTY
      directory not empty | EADDRINUSE | address already in use | foreign changes | no changes to activate | already running
      already in progress | already submitted | already cancelled | transaction is aborted
    `),
      ...status(409, "Conflict"),
    ],
  },
  {
    code: "unsupported",
    phrases: [
      ...listed(`
      NotImplementedError | not implemented | not supported | does not support | UnsupportedOperation | method not found
      unknown method | unknown command | unknown operator | no such function | failed to get method for command
      Illegal SQL Query | ENOSYS | ENOTSUP | EOPNOTSUPP
    `),
      ...status(405, "Method Not Allowed"),
      ...status(415, "Unsupported Media Type"),
      ...status(501, "Not Implemented"),
    ],
  },
  { code: "reference_broken", phrases: listed(`could not find …:`) },
  {
    code: "not_found",
    phrases: [
      ...listed(`
      DoesNotExistError | DoesNotExist | does not exist | doesn't exist | do not exist | NotFoundError | FileNotFoundError
      ENOENT | no such file | no such table | no such object | NoSuchKey | NoSuchBucket | NoSuchEntity | NoResultFound
      unknown database | unknown table | not found | could not find | cannot find | can't find | unable to find
    `),
      ...status(404, "Not Found"),
      ...status(410, "Gone"),
    ],
  },
  {
    code: "connection_refused",
    phrases: listed(
      `cannot connect to | can't connect to | could not connect to | failed to establish a new connection`,
    ),
  },
  { code: "connection_lost", phrases: listed(`fetch failed | not connected | connection error | ConnectionError`) },
  {
    code: "operation_cancelled",
    phrases: listed(`
      AbortError | CancelledError | ECANCELED | KeyboardInterrupt | context canceled | was aborted | was canceled
      was cancelled | due to user request | query execution was interrupted
    `),
  },
  {
    code: "process_ended",
    phrases: listed(`
      segmentation fault | core dumped | SIGSEGV | SIGKILL | SIGABRT | signal 9 | signal 11 | code 137 | status 137
      code 139 | status 139 | WorkerLostError | BrokenProcessPool | work-horse terminated unexpectedly
      process exited unexpectedly
    `),
  },
  {
    code: "value_invalid",
    phrases: [
      ...listed(`
      ValidationError | ValueError | DataError | IllegalArgumentException | NumberFormatException | MKUserError
      InvalidEmailAddressError | OverflowError | EINVAL | invalid value | invalid argument | invalid input
      invalid parameter | invalid params | invalid_type | invalid date | invalid literal | invalid format | must be
      should be one of | must match | input should be | out of range | check constraint | incorrect … value
      could not convert | not a valid | is not valid | datatype mismatch | data truncated for column
      these fields have problems | cannot be negative | cannot be before | cannot be less than | cannot be greater than
      bad request
    `),
      ...status(400, "Bad Request"),
      ...status(417, "Expectation Failed"),
      ...status(422, "Unprocessable Entity"),
      ...status(422, "Unprocessable Content"),
    ],
  },
  { code: "value_missing", phrases: listed(`is required | are required`) },
  {
    code: "tool_defect",
    phrases: [
      ...listed(`
      Traceback (most recent call last) | TypeError | AttributeError | NameError | IndexError | KeyError | ReferenceError
      RecursionError | UnboundLocalError | AssertionError | ZeroDivisionError | NullPointerException
      cannot read properties of | is not a function | maximum call stack size | unhandled exception | internal server error
      internal error
    `),
      ...status(500, "Internal Server Error"),
    ],
  },
  { code: "authentication_failed", phrases: listed(`unauthorized`) },
  { code: "permission_denied", phrases: listed(`forbidden`) },
];
