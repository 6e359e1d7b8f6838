#!/bin/sh
# A bad MCP server over stdio: offers what a good one does, and then answers no call, or crashes. `neighbours-bad.sh hangs|crashes`.
# A shell, as it starts in a millisecond: a crash that costs half a second of one of two processors would be noticed by whoever shares them.
manner=$1
meta='"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"bad","version":"1.0.0"}}'
listed='"resultType":"complete","ttlMs":0,"cacheScope":"private"'
tools='[{"name":"echo","inputSchema":{"type":"object"}}]'

answer() {
  printf '{"jsonrpc":"2.0","id":%s,"result":{%s,%s,%s}}\n' "$1" "$2" "$listed" "$meta"
}

while IFS= read -r line; do
  id=${line#*'"id":'}
  id=${id%%[,\}]*}
  case $line in
    *'"server/discover"'*)
      answer "$id" '"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}}'
      ;;
    *'"tools/list"'*)
      answer "$id" "\"tools\":$tools"
      if [ "$manner" = crashes ]; then
        sleep 0.05
        exit 1
      fi
      ;;
  esac
done
