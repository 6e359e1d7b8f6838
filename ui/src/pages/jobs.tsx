import { Button, Progress, Switch, Table, Text } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { ShownJob } from "../answers.ts";
import { Icon } from "../parts/icon.tsx";
import { Empty, Loaded } from "../parts/loaded.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { Schedules } from "../parts/schedules.tsx";
import { StateBadge, colorOf } from "../parts/state-badge.tsx";
import { useJobs } from "../queries.ts";
import { countText, momentText, plural } from "../text.ts";

/** Work that outlives a call. */
export function JobsPage(): ReactNode {
  const [isAll, setIsAll] = useState(false);
  const jobs = useJobs(isAll);
  return (
    <Page
      title="Jobs"
      says="Many tool calls that the gateway makes by itself, and goes on with after a restart."
      actions={
        <Button component={Link} to="/jobs/new" leftSection={<Icon name="plus" size={16} />}>
          Submit a job
        </Button>
      }
    >
      <Panel
        aside={
          <Switch
            label="of everybody"
            checked={isAll}
            onChange={(event) => {
              setIsAll(event.currentTarget.checked);
            }}
          />
        }
      >
        <Loaded query={jobs}>
          {(all) =>
            all.length === 0 ? (
              <Empty title="There is no job">
                Submit one from a CSV or JSONL file, or of what a tool answers page by page, here or with `switchyard
                jobs submit`.
              </Empty>
            ) : (
              <List jobs={all} />
            )
          }
        </Loaded>
      </Panel>
      <Schedules isAll={isAll} />
    </Page>
  );
}

function List({ jobs }: { readonly jobs: readonly ShownJob[] }): ReactNode {
  const navigate = useNavigate();
  return (
    <Table highlightOnHover className="numbers" verticalSpacing="sm">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>State</Table.Th>
          <Table.Th>Progress</Table.Th>
          <Table.Th visibleFrom="sm" ta="right">
            Operations
          </Table.Th>
          <Table.Th visibleFrom="sm" ta="right">
            Failed
          </Table.Th>
          <Table.Th visibleFrom="md">Made</Table.Th>
          <Table.Th visibleFrom="md">Whose</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {jobs.map((job) => (
          <Table.Tr
            key={job.jobId}
            className="row-link"
            onClick={() => void navigate({ to: "/jobs/$id", params: { id: job.jobId } })}
          >
            <Table.Td>
              <StateBadge state={job.status} />
            </Table.Td>
            <Table.Td w="34%">
              <Progressed job={job} />
            </Table.Td>
            <Table.Td visibleFrom="sm" ta="right">
              {countText(job.counts.total)}
            </Table.Td>
            <Table.Td visibleFrom="sm" ta="right">
              {countText(job.counts.failed)}
            </Table.Td>
            <Table.Td visibleFrom="md">{momentText(job.createdAt)}</Table.Td>
            <Table.Td visibleFrom="md">{job.owner}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** How far a job is, and whose pages it reads. */
function Progressed({ job: { jobId, status, progress, each } }: { readonly job: ShownJob }): ReactNode {
  return (
    <Link
      to="/jobs/$id"
      params={{ id: jobId }}
      style={{ textDecoration: "none", color: "inherit" }}
      aria-label={`Job ${jobId}`}
    >
      <Text size="xs" mb={3}>
        {each?.isRead === false ? progress.message : `${progress.percent} %`}
      </Text>
      <Progress value={progress.percent} size="sm" color={colorOf(status)} aria-label={`${progress.percent} %`} />
      {each !== undefined && (
        <Text size="xs" c="dimmed" mt={3} className="ellipsis">
          {`each row of ${each.tool}, ${plural(each.pages, "page")}`}
        </Text>
      )}
    </Link>
  );
}
